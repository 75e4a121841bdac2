/**
 * Cache-aside: look in the cache; on a miss load from the origin, keep the value, and serve it.
 *
 * The look is the cache's own; this is what follows. The lease only decides who may fill: nobody waits for it.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began.
 * Costs: at expiry each process that is asked loads, one load at a time; only one of them all fills.
 * Source: the Cache-Aside pattern of the Azure Architecture Center; for the lease, Nishtala et al., "Scaling Memcache at
 * Facebook", NSDI 2013.
 */
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, whileFresh } from './lifetime.ts'

export function cacheAside(options: LifetimeOptions = {}): CachingStrategy {
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
