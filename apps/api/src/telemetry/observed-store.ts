import type { InvalidationSource, Store } from 'cache-core'
import type { Counters } from './counters.ts'

/**
 * Wraps a store to count its fills, its invalidations, and the calls that leave this process: those that are answered by a
 * promise, since a store in memory answers immediately.
 */
export function observedStore(store: Store, counters: Counters): Store {
  const sent = <R>(answer: R): R => {
    if (answer instanceof Promise) counters.counts.storeCalls++
    return answer
  }
  const countFill = (kept: boolean) => {
    counters.counts[kept ? 'fills' : 'refusedFills']++
    return kept
  }
  return {
    ...store,
    get: (key, tags) => sent(store.get(key, tags)),
    ...(store.getMany && {
      getMany: (keys: readonly string[], tags: readonly string[]) => sent(store.getMany!(keys, tags)),
    }),
    acquire: (key, request) => sent(store.acquire(key, request)),
    claim: (key, request) => sent(store.claim(key, request)),
    renew: (key, token, leaseMs) => sent(store.renew(key, token, leaseMs)),
    release: (key, token) => sent(store.release(key, token)),
    fill(key, fill) {
      const kept = sent(store.fill(key, fill))
      return kept instanceof Promise ? kept.then(countFill) : countFill(kept)
    },
    ...observedInvalidations(
      {
        invalidate: (keys, tags) => sent(store.invalidate(keys, tags)),
        invalidateAll: () => sent(store.invalidateAll()),
      },
      counters,
    ),
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
