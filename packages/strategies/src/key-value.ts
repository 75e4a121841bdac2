/** What the naive forms are built on: the verbs that every caching library has. */
import type { RedisClient } from 'cache-core/redis'
import { LRUCache } from 'lru-cache'

export interface KeyValue {
  get(key: string): Promise<Buffer | undefined>
  set(key: string, value: Buffer, ttlMs: number): Promise<void>
  /** False: there was something already. */
  setIfAbsent(key: string, value: Buffer, ttlMs: number): Promise<boolean>
  delete(key: string): Promise<void>
  clear(): Promise<void>
}

export function redisKeyValue(client: RedisClient, prefix: string): KeyValue {
  return {
    get: async (key) => (await client.getBuffer(prefix + key)) ?? undefined,
    async set(key, value, ttlMs) {
      await client.set(prefix + key, value, 'PX', ttlMs)
    },
    setIfAbsent: async (key, value, ttlMs) => (await client.set(prefix + key, value, 'PX', ttlMs, 'NX')) === 'OK',
    async delete(key) {
      await client.unlink(prefix + key)
    },
    async clear() {
      const masters = 'nodes' in client ? client.nodes('master') : [client]
      for (const master of masters) {
        for await (const keys of master.scanStream({ match: `${prefix}*` })) {
          await Promise.all(keys.map((key: string) => client.unlink(key)))
        }
      }
    },
  }
}

/** Room in memory, the same as the guarded store's default. */
const MAX_BYTES = 256 * 1024 * 1024

/** @param onEvict called with each key evicted for room. */
export function memoryKeyValue(onEvict?: (key: string) => void): KeyValue {
  const kept = new LRUCache<string, Buffer>({
    maxSize: MAX_BYTES,
    sizeCalculation: (value, key) => value.length + key.length + 1,
    dispose: (_value, key, reason) => reason === 'evict' && onEvict?.(key),
  })
  return {
    get: async (key) => kept.get(key),
    async set(key, value, ttlMs) {
      kept.set(key, value, { ttl: ttlMs })
    },
    async setIfAbsent(key, value, ttlMs) {
      if (kept.get(key) !== undefined) return false
      kept.set(key, value, { ttl: ttlMs })
      return true
    },
    async delete(key) {
      kept.delete(key)
    },
    clear: async () => kept.clear(),
  }
}
