import type { Store } from 'cache-core'
import type { Counters } from './counters.ts'

/** The same store, its fills and invalidations counted. */
export function observedStore(store: Store, counters: Counters): Store {
  const countFill = (kept: boolean) => {
    counters.counts[kept ? 'fills' : 'refusedFills']++
    return kept
  }
  return {
    ...store,

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
