/**
 * Stale-while-revalidate: an expired entry is served immediately, and loaded again in the background.
 *
 * Three limits: an entry is fresh for `ttlMs`. For `staleMs` after that, it is served while one process loads it again. After
 * that, until `staleIfErrorMs` after the TTL, a reader waits for the load, and gets the entry only if the load fails.
 *
 * Guarantees: a value is served for at most `ttlMs + staleIfErrorMs` after its load began; an invalidated value is not served at
 * all. One load per expiry.
 * Costs: readers get values older than the TTL, most of all for keys that are rarely read.
 * Source: RFC 5861, "HTTP Cache-Control Extensions for Stale Content", 2010.
 */
import { checkNumber, checkOptions, MAX_TTL_MS, type OptionNames } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, lifetimeOptions } from './lifetime.ts'
import { type OneLoaderOptions, oneLoader } from './one-loader.ts'
import { staleIfError } from './stale-if-error.ts'

export interface StaleWhileRevalidateOptions extends LifetimeOptions, OneLoaderOptions {
  /** How long after its TTL an entry is served while it is loaded again. Milliseconds, 0 to 315_360_000_000. Default 300_000. */
  readonly staleMs?: number
  /** How long after its TTL an entry is served if its load fails. Milliseconds, at least `staleMs`, default twice that. */
  readonly staleIfErrorMs?: number
}

const OPTIONS: OptionNames<StaleWhileRevalidateOptions> = {
  ...lifetimeOptions,
  waitMs: true,
  staleMs: true,
  staleIfErrorMs: true,
}

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, staleWhileRevalidate } from 'cache-core'
 *
 * const read = staleWhileRevalidate({ ttlMs: 60_000, staleMs: 300_000 })
 * const posts = createCache({ store: memoryStore(), read, write: invalidate() })
 * ```
 */
export function staleWhileRevalidate(options: StaleWhileRevalidateOptions = {}): CachingStrategy {
  checkOptions('staleWhileRevalidate', options, OPTIONS)
  const { staleMs = 300_000 } = options
  const lifetime = checkLifetime(options, staleMs)
  const { staleIfErrorMs = Math.min(2 * staleMs, MAX_TTL_MS) } = options
  checkNumber('staleIfErrorMs', staleIfErrorMs, { min: staleMs, max: MAX_TTL_MS })
  const whileStale: CachingStrategy = {
    name: 'stale-while-revalidate',
    guarantee: {
      staleForAtMostMs: lifetime.ttlMs + staleMs,
      loadsPerExpiry: { atMost: 1, per: options.waitMs === 0 ? 'process' : 'expiry' },
    },
    lifetime,

    evaluate({ freshUntil }, { now }) {
      if (now < freshUntil) return 'serve'
      return now < freshUntil + staleMs ? 'refresh' : 'miss'
    },
    onMiss: oneLoader(options),
  }
  return { ...staleIfError(whileStale, { forMs: staleIfErrorMs }), name: whileStale.name }
}
