import { type Summary, selectorsReadBy, TREND_STATS } from './summary.ts'

/** Options of k6 that every load has. */
export const sharedOptions = {
  summaryTrendStats: TREND_STATS,
  discardResponseBodies: true,
  throw: true,
}

/** Without a cache every read goes past it; under any other strategy that means a cache that did not answer. */
export const FLOOR = 'no-cache'

/**
 * No read may go past the cache: figures of a cache that is off would pass for those of a strategy.
 * @param tags by which the reads are counted, beside strategy and outcome
 */
export function bypassThresholds(strategies: readonly string[], tags: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    strategies
      .filter((strategy) => strategy !== FLOOR)
      .flatMap((strategy) =>
        tags.map((tag) => [`answers{strategy:${strategy},outcome:bypassed${tag}}`, ['count==0']] as const),
      ),
  )
}

/**
 * What must hold in every load, and empty thresholds for the figures that the summary is asked for: k6 keeps no others.
 * @param read what will read the summary
 */
export function sharedThresholds(read: (summary: Summary) => unknown) {
  return {
    ...Object.fromEntries(selectorsReadBy(read).map((selector) => [selector, [] as string[]])),
    failures: ['count<1', { threshold: 'count<100', abortOnFail: true }],
    dropped_iterations: ['count<1'],
    unfinished: ['count==0'],
  }
}
