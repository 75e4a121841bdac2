import type { Comparison } from '../comparison.ts'
import { type Unseen, unseenAfter } from '../unseen-after.ts'

/** The times at which table and chart show staleness. The probe takes 6 s. */
export const STALENESS_TIMES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] as const

/** For each of {@link STALENESS_TIMES_MS}, over all runs that count, or in one run. */
export function stalenessOf({ turns }: Comparison, strategy: string, run?: number): Unseen[] {
  const counted = turns.filter(
    (turn) => turn.strategy === strategy && turn.status === 'ok' && (run === undefined || turn.run === run),
  )
  const staleness = counted.map((turn) => turn.staleness)
  return STALENESS_TIMES_MS.map((ms) => unseenAfter(staleness, ms))
}
