import type { Store } from 'cache-core'
import type { Counters } from './counters.ts'

/** The same store, its fills and invalidations counted. */
export function observedStore(store: Store, counters: Counters): Store {
  const countFill = (kept: boolean) => {
    counters.counts[kept ? 'fills' : 'refusedFills']++
    return kept
  }
  return {
    clock: store.clock,
    guarantee: store.guarantee,
    get: (key, tags) => store.get(key, tags),
    acquire: (key, request) => store.acquire(key, request),
    claim: (key, request) => store.claim(key, request),
    renew: (key, token, leaseMs) => store.renew(key, token, leaseMs),
    release: (key, token) => store.release(key, token),

    fill(key, fill) {
      const kept = store.fill(key, fill)
      return kept instanceof Promise ? kept.then(countFill) : countFill(kept)
    },
    invalidate(keys, tags) {
      counters.counts.invalidations += keys.length + tags.length
      return store.invalidate(keys, tags)
    },
    invalidateAll() {
      counters.counts.invalidations++
      return store.invalidateAll()
    },
  }
}
