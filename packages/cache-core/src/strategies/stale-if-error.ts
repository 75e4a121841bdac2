/**
 * Stale-if-error: if a load fails, serve the expired entry. A decorator over any caching read strategy.
 *
 * It may serve an expired entry, but never an invalidated one: that entry is gone, or its tags have other epochs.
 *
 * Guarantees: those of the strategy, except that a value may be served for `forMs` after its TTL. The limit is checked when
 * serving, since a load may take a long time to fail.
 * Costs: entries are kept for `forMs` longer. Readers get the outcome `stale`, and don't notice that the origin is down.
 * Source: RFC 5861, "HTTP Cache-Control Extensions for Stale Content", 2010, section 4.
 */
import { badOption, checkNumber, checkOptions, MAX_TTL_MS } from '../check.ts'
import { isMistake, isStoreAway } from '../errors.ts'
import type { CachingStrategy } from '../ports/strategy.ts'

export interface StaleIfErrorOptions {
  /** How long after its TTL an entry may be served if its load fails. Milliseconds, 0 to 315_360_000_000. Default 300_000. */
  readonly forMs?: number
}

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, staleIfError, stampedeLock } from 'cache-core'
 *
 * const read = staleIfError(stampedeLock({ ttlMs: 60_000 }), { forMs: 3_600_000 })
 * const posts = createCache({ store: memoryStore(), read, write: invalidate() })
 * ```
 */
export function staleIfError(strategy: CachingStrategy, options: StaleIfErrorOptions = {}): CachingStrategy {
  checkOptions('staleIfError', options, { forMs: true })
  if (typeof strategy !== 'object' || !('guarantee' in (strategy ?? {}))) {
    throw badOption('strategy', strategy, 'give a read strategy, such as cacheAside()')
  }
  const { lifetime, guarantee } = strategy
  if (lifetime === undefined) throw badOption('strategy', strategy.name, 'give one that caches')
  const forMs = checkNumber('forMs', options.forMs ?? 300_000, { min: 0, max: MAX_TTL_MS })
  return {
    name: `${strategy.name} + stale-if-error`,
    guarantee: { ...guarantee, staleForAtMostMs: Math.max(guarantee.staleForAtMostMs, lifetime.ttlMs + forMs) },
    lifetime: { ...lifetime, staleMs: Math.max(lifetime.staleMs, forMs) },
    evaluate: (entry, look) => strategy.evaluate(entry, look),

    async onMiss(read) {
      try {
        return await strategy.onMiss(read)
      } catch (failure) {
        if (isStoreAway(failure) || isMistake(failure)) throw failure
        const found = read.found()
        if (found === undefined || found.ttlMs <= -forMs) throw failure
        return found
      }
    },
  }
}
