/**
 * bentocache: memory over Redis; a bus tells the memories of all processes which keys changed.
 *
 * Configured as in its documentation's "Multi tier" and "Quick setup, Multi-tier setup": L1 of 10 MB, L2, bus. According to the
 * same page, L1 with L2 but no bus is for a single instance. The Redis driver alone would also work, but lacks the library's main
 * feature. Writes: "Quick setup, Invalidating the cache" (`delete`) and "Tags" (`deleteByTag`).
 */
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { connectIoredis } from './connect-ioredis.ts'
import type { Peer } from './peer.ts'

export const bentocache: Peer = {
  title: 'bentocache: memory over Redis, with its bus',
  library: 'bentocache',
  read: 'getOrSet',
  write: 'delete, deleteByTag',
  ttlStepMs: 1,
  open({ redisUrl, prefix, onError }) {
    const connection = connectIoredis(redisUrl, onError)
    const bento = new BentoCache({
      default: 'posts',
      prefix,
      stores: {
        posts: bentostore()
          .useL1Layer(memoryDriver({ maxSize: '10mb' }))
          .useL2Layer(redisDriver({ connection }))
          .useBus(redisBusDriver({ connection })),
      },
    })
    return {
      getOrLoad: (key, load, { ttlMs, tags }) =>
        bento.getOrSet({ key, ttl: ttlMs, tags: [...tags], factory: () => load() }),
      async invalidate(keys, tags) {
        for (const key of keys) await bento.delete({ key })
        if (tags.length > 0) await bento.deleteByTag({ tags: [...tags] })
      },
      invalidateAll: () => bento.clear(),
      close: () => bento.disconnectAll(),
    }
  },
}
