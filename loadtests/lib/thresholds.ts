import { type Summary, selectorsReadBy, TREND_STATS } from './summary.ts'

/** k6 options of every load. */
export const sharedOptions = {
  summaryTrendStats: TREND_STATS,
  discardResponseBodies: true,
  batchPerHost: 20,
  throw: true,
}

/** The only strategy whose reads may bypass the cache; under any other, a bypass means that the cache did not answer. */
export const FLOOR = 'no-cache'

/**
 * No read may bypass the cache: otherwise the figures would not be those of the strategy.
 * @param tags the tags of the reads besides strategy and outcome
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
 * The thresholds of every load, and empty ones for the figures that the summary needs: k6 keeps no others.
 * @param read reads the summary
 */
export function sharedThresholds(read: (summary: Summary) => unknown) {
  return {
    ...Object.fromEntries(selectorsReadBy(read).map((selector) => [selector, [] as string[]])),
    failures: ['count<1', { threshold: 'count<100', abortOnFail: true }],
    dropped_iterations: ['count<1'],
    unfinished: ['count==0'],
  }
}
