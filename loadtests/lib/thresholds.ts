import { type Summary, selectorsReadBy, TREND_STATS } from './summary.ts'

/** Options of k6 that every load has. */
export const sharedOptions = {
  summaryTrendStats: TREND_STATS,
  discardResponseBodies: true,
  throw: true,
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
