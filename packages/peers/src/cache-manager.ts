/**
 * cache-manager: one store, Redis through @keyv/redis, that all processes share.
 *
 * Its README's "Quick start" has one store, or memory over Redis. The library does not propagate deletes to the memories of other
 * processes: with several processes and deletes on write, two stores would serve old values until the TTL ends, even without a
 * race. So one store is used here. Reads: `wrap`. Writes: `mdel`. There are no tags, so a tag deletes only the entry of the same
 * name: the whole list goes, pages stay until their TTL ends.
 */
import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import type { Peer } from './peer.ts'

export const cacheManager: Peer = {
  title: 'cache-manager: Redis',
  library: 'cache-manager',
  read: 'wrap',
  write: 'mdel',
  ttlStepMs: 1,
  open({ redisUrl, prefix, onError }) {
    const store = new Keyv({ store: new KeyvRedis(redisUrl), namespace: prefix })
    store.on('error', onError)
    const cache = createCache({ stores: [store] })
    return {
      getOrLoad: (key, load, { ttlMs }) => cache.wrap(key, load, ttlMs),
      async invalidate(keys, tags) {
        await cache.mdel([...keys, ...tags])
      },
      async invalidateAll() {
        await cache.clear()
      },
      async close() {
        await cache.disconnect()
      },
    }
  },
}
