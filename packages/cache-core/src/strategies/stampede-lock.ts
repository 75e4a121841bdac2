/**
 * Stampede lock: when an entry expires, one reader in all processes loads it, and the others wait for its value.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began; one load per expiry, and one more
 * for each write that revokes the lease meanwhile, for a holder that dies, and for a load slower than `waitMs` or 10 lease times.
 * Costs: a waiting reader asks for the lease when the store says that it has ended, and otherwise every 250 to 500 ms (10 to 20 ms
 * where the store can't say). If the holder dies, readers wait until its lease ends.
 * Source: the lease of Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013; tokens after Kleppmann, "How to do
 * distributed locking", 2016.
 */
import { checkOptions, type OptionNames } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, lifetimeOptions, whileFresh } from './lifetime.ts'
import { type OneLoaderOptions, oneLoader } from './one-loader.ts'

export interface StampedeLockOptions extends LifetimeOptions, OneLoaderOptions {}

const OPTIONS: OptionNames<StampedeLockOptions> = { ...lifetimeOptions, waitMs: true }

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, stampedeLock } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: stampedeLock({ ttlMs: 60_000 }), write: invalidate() })
 * ```
 */
export function stampedeLock(options: StampedeLockOptions = {}): CachingStrategy {
  checkOptions('stampedeLock', options, OPTIONS)
  const lifetime = checkLifetime(options)
  return {
    name: 'stampede-lock',
    guarantee: {
      staleForAtMostMs: lifetime.ttlMs,
      loadsPerExpiry: { atMost: 1, per: options.waitMs === 0 ? 'process' : 'expiry' },
    },
    lifetime,
    evaluate: whileFresh,
    onMiss: oneLoader(options),
  }
}
