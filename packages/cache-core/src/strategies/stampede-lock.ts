/**
 * Stampede lock: when an entry expires, one reader in all processes loads it, and the others wait for its value.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began; one load per expiry, and one
 * more for each write that revokes the lease meanwhile, for a holder that dies, and for a load slower than `waitMs` or than
 * the ten leases it may be renewed for.
 * Costs: a reader that waits polls every 10 to 20 ms. A holder that dies is waited for until its lease ends.
 * Source: the lease of Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013; tokens after Kleppmann, "How to do
 * distributed locking", 2016.
 */
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, whileFresh } from './lifetime.ts'
import { type OneLoaderOptions, oneLoader } from './one-loader.ts'

export interface StampedeLockOptions extends LifetimeOptions, OneLoaderOptions {}

export function stampedeLock(options: StampedeLockOptions = {}): CachingStrategy {
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
