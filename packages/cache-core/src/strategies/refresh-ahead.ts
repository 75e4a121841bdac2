/**
 * Refresh-ahead: a read in the last part of the TTL starts a background refresh before the entry expires.
 *
 * That read shows that the key is in use: an entry without reads in that part expires, and costs nothing.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began; one load per expiry.
 * Costs: keys that are read all the time are loaded slightly more often: every `(1 - ahead) * ttlMs`. A key that is read
 * less often than every `ahead * ttlMs` still expires, and its reader waits.
 * Source: refresh-ahead of Oracle Coherence, "Read-Through, Write-Through, Write-Behind, and Refresh-Ahead Caching".
 */
import { checkNumber, checkOptions, type OptionNames } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, lifetimeOptions } from './lifetime.ts'
import { type OneLoaderOptions, oneLoader } from './one-loader.ts'

export interface RefreshAheadOptions extends LifetimeOptions, OneLoaderOptions {
  /** The last part of the TTL, in which a read starts a refresh: a fraction, 0 to 1. Default 0.2. */
  readonly ahead?: number
}

const OPTIONS: OptionNames<RefreshAheadOptions> = { ...lifetimeOptions, waitMs: true, ahead: true }

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, refreshAhead } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: refreshAhead({ ttlMs: 60_000 }), write: invalidate() })
 * ```
 */
export function refreshAhead(options: RefreshAheadOptions = {}): CachingStrategy {
  checkOptions('refreshAhead', options, OPTIONS)
  const lifetime = checkLifetime(options)
  const ahead = checkNumber('ahead', options.ahead ?? 0.2, { min: 0, max: 1 })
  return {
    name: 'refresh-ahead',
    guarantee: {
      staleForAtMostMs: lifetime.ttlMs,
      loadsPerExpiry: { atMost: 1, per: options.waitMs === 0 ? 'process' : 'expiry' },
    },
    lifetime,

    evaluate({ loadedAt, freshUntil }, { now }) {
      if (now >= freshUntil) return 'miss'
      return now < freshUntil - ahead * (freshUntil - loadedAt) ? 'serve' : 'refresh'
    },
    onMiss: oneLoader(options),
  }
}
