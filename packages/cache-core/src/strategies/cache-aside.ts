/**
 * Cache-aside: look in the cache; on a miss load from the origin, keep the value, and serve it.
 *
 * Promises: no value is served from the cache for longer than `ttlMs` after its load began.
 * Costs: at expiry each process that is asked loads, one load at a time; only one of them all fills.
 * Source: Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013 (demand-filled look-aside cache, leases).
 */
import type { ReadStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions } from './lifetime.ts'

export function cacheAside(options: LifetimeOptions = {}): ReadStrategy {
  const lifetime = checkLifetime(options)
  return {
    name: 'cache-aside',
    guarantee: { staleForAtMostMs: lifetime.ttlMs, loadsPerExpiry: 'one at a time per process' },
    lifetime,

    judge: (entry, now) => (now < entry.freshUntil ? 'hit' : undefined),

    async onMiss(slot) {
      const turn = await slot.acquire()
      switch (turn.kind) {
        case 'granted':
          return slot.loadAndFill()
        case 'held':
          return slot.load() // somebody else is filling it
        case 'entry':
          return turn.answer // somebody else has filled it
      }
    },
  }
}
