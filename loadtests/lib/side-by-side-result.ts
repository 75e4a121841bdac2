import type { Counters, StrategyInfo } from './api.ts'
import { type FiguresContext, type StrategyFigures, strategyFigures } from './figures.ts'
import type { SideBySideOptions } from './side-by-side-options.ts'
import { allThresholdsHeld, type SummaryData, summaryOf } from './summary.ts'

/** The result of `setup()`, for the later phases. */
export interface SetupData {
  /** The strategies as each process listed them before the run, with the tuning to restore. */
  listed: StrategyInfo[][]
  /** The counters of each strategy before the first read. */
  stats: Record<string, Counters>
  /** By strategy, the ids from 1 to POSTS that were deleted before the run. */
  missing: Record<string, number[]>
  /** By strategy, the last assigned id before the run's inserts. Empty without inserts. */
  lastIds: Record<string, number>
  /** Null if unknown. */
  k6Version: string | null
}

/**
 * The content of `results/side-by-side.json`. Readers check `schemaVersion` first: it is raised when a field is removed or
 * changes its meaning, but not for new fields.
 */
export interface SideBySideResult {
  schemaVersion: 2
  kind: 'side-by-side'
  /** ISO 8601, UTC. */
  finishedAt: string
  k6Version: string | null
  /** Whether every threshold held: nothing failed, nothing was dropped, client and server counts agree. */
  ok: boolean
  /** The options, without the token. */
  config: Omit<SideBySideOptions, 'adminToken'>
  /** In the order in which they ran. */
  strategies: (StrategyFigures & {
    /** From `GET /api/strategies`. */
    strategy: Pick<StrategyInfo, 'title' | 'read' | 'write' | 'store'> & { promise: StrategyInfo['promise'] | null }
    /** Missing posts; the next existing one was read and written instead. */
    missing: number[]
  })[]
}

export function sideBySideResult(
  data: SummaryData,
  { adminToken: _secret, ...config }: SideBySideOptions,
  setup: SetupData,
  context: FiguresContext,
  now: Date,
): SideBySideResult {
  const summary = summaryOf(data)
  return {
    schemaVersion: 2,
    kind: 'side-by-side',
    finishedAt: now.toISOString(),
    k6Version: setup.k6Version,
    ok: allThresholdsHeld(data),
    config,
    strategies: config.strategies.map((name) => {
      const found: Partial<StrategyInfo> = setup.listed[0]?.find((s) => s.name === name) ?? {}
      const { title = name, read = '', write = '', store = '', promise = null } = found
      return {
        ...strategyFigures(name, context, summary),
        strategy: { title, read, write, store, promise },
        missing: setup.missing[name] ?? [],
      }
    }),
  }
}
