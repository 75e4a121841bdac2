/** Reports from a strategy's caches: refreshes go to the counters, failed refreshes and warnings to the log. */
import type { CacheListeners, CacheWarning } from 'cache-core'
import type { Logger } from 'pino'
import type { Counters } from './counters.ts'

const WARN_EVERY_MS = 10_000

/** Options for `createCache`, shared by all caches of the strategy, so that nothing is lost when tuning replaces one. */
export interface CacheReports {
  readonly on: CacheListeners
  readonly onWarning: (warning: CacheWarning) => void
}

/**
 * Readers do not notice a failed refresh, since they get the old value; only these reports tell the operator. At most one line per
 * strategy in 10 s, with the number of warnings omitted since the last one.
 *
 * @param now milliseconds, monotonic
 */
export function cacheReports(
  strategy: string,
  counters: Counters,
  logger: Logger,
  now: () => number = () => performance.now(),
): CacheReports {
  let warnedAt = Number.NEGATIVE_INFINITY
  let leftOut = 0

  function refreshFailed(key: string, err: unknown): void {
    counters.counts.failedRefreshes++
    if (now() - warnedAt < WARN_EVERY_MS) {
      leftOut++
      return
    }
    warnedAt = now()
    const rest = leftOut > 0 ? `; ${leftOut} more failed since the last such line` : ''
    leftOut = 0
    logger.warn({ strategy, key, err }, `${strategy}: a refresh of "${key}" failed, readers get the old value${rest}`)
  }

  return {
    on: {
      refresh({ key, finished }) {
        counters.counts.refreshes++
        finished.catch((error: unknown) => refreshFailed(key, error))
      },
    },
    onWarning: ({ code, message }) => logger.warn({ strategy, code }, `${strategy}: ${message}`),
  }
}
