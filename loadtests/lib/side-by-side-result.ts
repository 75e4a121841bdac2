import type { Counters, StrategyInfo } from './api.ts'
import { type FiguresContext, type StrategyFigures, strategyFigures } from './figures.ts'
import type { SideBySideOptions } from './side-by-side-options.ts'
import { allThresholdsHeld, type SummaryData, summaryOf } from './summary.ts'

/** What `setup()` finds out, for the phases that follow. */
export interface SetupData {
  /** As each process of the API listed them before the run, so with the tuning to go back to. */
  listed: StrategyInfo[][]
  /** The counters of each strategy before the first read. */
  stats: Record<string, Counters>
  /** Of each strategy, which of the posts 1 … POSTS were deleted before the run. */
  missing: Record<string, number[]>
  /** The id of each strategy's last post before the run's inserts, deleted or not: theirs follow. Empty without inserts. */
  lastIds: Record<string, number>
  /** Null where k6 does not say. */
  k6Version: string | null
}

/**
 * What is written to `results/side-by-side.json`. Readers check `schemaVersion` first: it is raised whenever a field is
 * removed or changes its meaning; new fields do not raise it.
 */
export interface SideBySideResult {
  schemaVersion: 2
  kind: 'side-by-side'
  /** ISO 8601, UTC. */
  finishedAt: string
  k6Version: string | null
  /** Whether every threshold held: nothing failed, nothing was dropped, client and server counted the same. */
  ok: boolean
  /** Options in force; the token is left out. */
  config: Omit<SideBySideOptions, 'adminToken'>
  /** In the order in which they ran. */
  strategies: (StrategyFigures & {
    /** What `GET /api/strategies` says of it. */
    strategy: Pick<StrategyInfo, 'title' | 'read' | 'write' | 'store'> & { promise: StrategyInfo['promise'] | null }
    /** Posts that were not there, and in whose place the next one was read and written. */
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
