import type { InvalidationSource, Store } from 'cache-core'
import type { Counters } from './counters.ts'

/** Wraps a store to count its fills and invalidations. */
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
    ...observedInvalidations(store, counters),
  }
}

/** Wraps an outbox to count its invalidations. Calls `onEmptied` when a store has acknowledged invalidating everything. */
export function observedOutbox(
  outbox: InvalidationSource,
  counters: Counters,
  onEmptied: () => void,
): InvalidationSource {
  return {
    attach(target) {
      const { invalidate, invalidateAll } = observedInvalidations(target, counters)
      return outbox.attach({
        ...target,
        invalidate,
        async invalidateAll() {
          const acknowledged = await invalidateAll()
          if (acknowledged) onEmptied()
          return acknowledged
        },
      })
    },
  }
}

function observedInvalidations(store: Invalidations, counters: Counters): Invalidations {
  return {
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

type Invalidations = Pick<Store, 'invalidate' | 'invalidateAll'>
