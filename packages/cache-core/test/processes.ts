import {
  type CacheOptions,
  type CachingStrategy,
  cacheAside,
  createCache,
  invalidate,
  type Store,
} from '../src/index.ts'
import type { Room } from './backends.ts'

/** Opens caches on one room, each as in another process. `lease` tells whether the lease on a key without an entry is free. */
export function processesOn(room: Room, read: CachingStrategy = cacheAside()) {
  const open = (options: Partial<CacheOptions<unknown>> = {}) =>
    createCache({ store: room.open(), read, write: invalidate(), ...options })
  return Object.assign(open, { lease: (key: string) => leaseOn(room.open(), key) })
}

/** For a key without an entry. */
export async function leaseOn(store: Store, key: string): Promise<'free' | 'held'> {
  const acquired = await store.acquire(key, { token: 'probe', leaseMs: 10, seen: undefined, tags: [] })
  await store.release(key, 'probe')
  return acquired.kind === 'granted' ? 'free' : 'held'
}
