import type { Comparison } from '../comparison.ts'

/** The times at which table and chart show staleness. */
export const STALENESS_TIMES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000] as const

export interface StalenessCurve {
  readonly writes: number
  /** For each of {@link STALENESS_TIMES_MS}: the share of the writes that a read started later than that still missed. */
  readonly shares: readonly (number | undefined)[]
}

/** Over all runs that count, or for one run. Shares are undefined if the probe wrote nothing. */
export function stalenessOf({ turns }: Comparison, strategy: string, run?: number): StalenessCurve {
  const counted = turns.filter(
    (turn) => turn.strategy === strategy && turn.status === 'ok' && (run === undefined || turn.run === run),
  )
  const writes = counted.reduce((sum, { staleness }) => sum + staleness.writes, 0)
  const windowsMs = counted.flatMap(({ staleness }) => staleness.windowsMs)
  const shares = STALENESS_TIMES_MS.map((ms) =>
    writes === 0 ? undefined : windowsMs.filter((window) => window > ms).length / writes,
  )
  return { writes, shares }
}
