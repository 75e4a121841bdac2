/**
 * Cache-aside: look in the cache; on a miss load from the origin, keep the value, and serve it.
 *
 * The cache does the lookup; this is the rest. The lease only decides who may fill: no reader waits for it.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began.
 * Costs: at expiry each process with readers loads, one load at a time; only one of them fills.
 * Source: the Cache-Aside pattern of the Azure Architecture Center; for the lease, Nishtala et al., "Scaling Memcache at
 * Facebook", NSDI 2013.
 */
import { checkOptions } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, lifetimeOptions, whileFresh } from './lifetime.ts'

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { cacheAside, createCache, expireOnly, memoryStore } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: cacheAside({ ttlMs: 60_000 }), write: expireOnly() })
 * ```
 */
export function cacheAside(options: LifetimeOptions = {}): CachingStrategy {
  checkOptions('cacheAside', options, lifetimeOptions)
  const lifetime = checkLifetime(options)
  return {
    name: 'cache-aside',
    guarantee: { staleForAtMostMs: lifetime.ttlMs, loadsPerExpiry: { atMost: 1, per: 'process' } },
    lifetime,
    evaluate: whileFresh,

    async onMiss(read) {
      const acquired = await read.acquire()
      switch (acquired.kind) {
        case 'granted':
          return read.loadAndFill()
        case 'held':
          return read.load() // another reader is filling it
        case 'entry':
          return acquired.answer // another reader has filled it
      }
    },
  }
}
