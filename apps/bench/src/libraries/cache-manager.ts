/**
 * cache-manager. In memory: "Quick start" and "Using CacheableMemory": a Keyv over CacheableMemory. In Redis: "Quick start", a Keyv over
 * @keyv/redis, as the only store. Reads: "wrap". Many keys: "mget", "mset". Writes: "del" after the commit. There are no tags. As one of
 * several processes: the same Redis, in `packages/peers`.
 */
import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { KeyvCacheableMemory } from 'cacheable'
import { Keyv } from 'keyv'
import { asProcess } from './as-process.ts'
import { fillMissing } from './fill-missing.ts'
import { type Library, type OpenCache, type Setting, TTL_MS } from './library.ts'

const MAX_ITEMS = 10_000

function open(store: Keyv, { load, loadMany, onError }: Setting): OpenCache {
  store.on('error', onError)
  const cache = createCache({ stores: [store], ttl: TTL_MS })
  return {
    read: (key) => cache.wrap(key, () => load(key)),
    readMany: async (keys) =>
      fillMissing(keys, await cache.mget([...keys]), loadMany, (entries) => cache.mset(entries)),
    async write(key, commit) {
      await commit()
      await cache.del(key)
    },
    async close() {
      await cache.disconnect()
    },
  }
}

export const cacheManager: Library = {
  title: 'cache-manager',
  package: 'cache-manager',
  form: 'object',
  coldLoads: 'one per process',
  near: async (setting) =>
    open(new Keyv({ store: new KeyvCacheableMemory({ ttl: TTL_MS, lruSize: MAX_ITEMS }) }), setting),
  shared: async (setting) =>
    open(new Keyv({ store: new KeyvRedis(setting.redisUrl), namespace: setting.prefix }), setting),
  process: asProcess('peer:cache-manager'),
}
