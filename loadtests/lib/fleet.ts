import { type Api, type Counters, connect, type StrategyInfo } from './api.ts'
import { countersOf, listedStrategies, restoreTuning, tuneAll } from './api-control.ts'
import { sumCounters } from './sum-counters.ts'

/** All API processes of the run, controlled as one. */
export interface Fleet {
  /** The requested strategies, as each process lists them. */
  listed(expected: readonly string[], asked: readonly string[]): StrategyInfo[][]
  /** The counters of each strategy, summed over all processes. */
  stats(strategies: readonly string[]): Record<string, Counters>
  flush(strategy: string): void
  tune(listed: readonly StrategyInfo[][], tuning: Record<string, number>): void
  restore(listed: readonly StrategyInfo[][], changed: readonly string[]): void
  k6Version(): string | null
}

export function connectAll(baseUrls: readonly string[], adminToken: string): Fleet {
  const apis = baseUrls.map((baseUrl) => connect(baseUrl, adminToken))
  const each = (listed: readonly StrategyInfo[][], act: (api: Api, strategies: StrategyInfo[]) => void) =>
    apis.forEach((api, at) => {
      act(api, listed[at]!)
    })
  return {
    listed: (expected, asked) => apis.map((api) => listedStrategies(api, expected, asked)),
    stats(strategies) {
      const all = apis.map((api) => api.stats())
      return Object.fromEntries(
        strategies.map((name) => [name, sumCounters(all.map((stats) => countersOf(stats, name)))]),
      )
    },
    flush: (strategy) => {
      for (const api of apis) api.flush(strategy)
    },
    tune: (listed, tuning) => each(listed, (api, strategies) => tuneAll(api, strategies, tuning)),
    restore: (listed, changed) => each(listed, (api, strategies) => restoreTuning(api, strategies, changed)),
    k6Version: () => apis[0]!.k6Version(),
  }
}
