/**
 * cache-manager: one store, Redis through @keyv/redis, that all processes share.
 *
 * Its README's "Quick start" has one store, or memory over Redis. Nothing in it tells the memories of other processes what
 * was deleted: with several processes and deletes on write, the two-store form would serve old values until the TTL ends,
 * race or no race. So it is the one store here. Reads: `wrap`. Writes: `mdel`; there are no tags, so that of what a tag
 * stands for only the entry of that name is known: the whole list goes, pages stay until their TTL ends.
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
