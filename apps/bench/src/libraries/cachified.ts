/**
 * cachified. In memory: "Usage", over an LRUCache. In Redis: the adapter that "Adapters" lists for
 * node-redis, for ioredis. Reads: `cachified`. Writes: `delete` of the cache after the commit. There are no tags. Many keys: "Batch requesting
 * values": one load for all that miss, but one read of the cache each. As one of several processes: the same Redis, in `packages/peers`.
 */
import { type Cache, type CacheEntry, cachified as cachifiedRead, createBatch, totalTtl } from '@epic-web/cachified'
import { LRUCache } from 'lru-cache'
import { cachifiedCache } from 'peers'
import { asProcess } from './as-process.ts'
import { connectPeer } from './connect.ts'
import { type Library, type OpenCache, type Setting, TTL_MS } from './library.ts'

const MAX_ITEMS = 10_000

function open(cache: Cache, { load, loadMany }: Setting, close?: () => void): OpenCache {
  return {
    read: (key) => cachifiedRead({ key, cache, ttl: TTL_MS, getFreshValue: () => load(key) }),
    readMany(keys) {
      const batch = createBatch((missing: string[]) => loadMany(missing))
      return Promise.all(keys.map((key) => cachifiedRead({ key, cache, ttl: TTL_MS, getFreshValue: batch.add(key) })))
    },
    async write(key, commit) {
      await commit()
      await cache.delete(key)
    },
    async close() {
      close?.()
    },
  }
}

function inMemory(): Cache {
  const lru = new LRUCache<string, CacheEntry>({ max: MAX_ITEMS })
  return {
    set(key, value) {
      const ttl = totalTtl(value?.metadata)
      return lru.set(key, value, { ttl, start: value?.metadata?.createdTime })
    },
    get: (key) => lru.get(key),
    delete: (key) => lru.delete(key),
  }
}

export const cachified: Library = {
  title: 'cachified',
  package: '@epic-web/cachified',
  form: 'object',
  coldLoads: 'one per process',
  near: async (setting) => open(inMemory(), setting),
  async shared(setting) {
    const { prefix } = setting
    const client = await connectPeer(setting)
    return open(cachifiedCache(client, prefix), setting, () => client.disconnect())
  },
  process: asProcess('peer:cachified'),
}
