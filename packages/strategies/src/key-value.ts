/** What the naive forms are built on: the verbs that every caching library has. */
import type { RedisClient } from 'cache-core/redis'

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

export function memoryKeyValue(now: () => number = Date.now): KeyValue {
  const kept = new Map<string, { value: Buffer; expiresAt: number }>()
  const get = (key: string) => {
    const found = kept.get(key)
    return found && now() < found.expiresAt ? found.value : undefined
  }
  return {
    get: async (key) => get(key),
    async set(key, value, ttlMs) {
      kept.set(key, { value, expiresAt: now() + ttlMs })
    },
    async setIfAbsent(key, value, ttlMs) {
      if (get(key) !== undefined) return false
      kept.set(key, { value, expiresAt: now() + ttlMs })
      return true
    },
    async delete(key) {
      kept.delete(key)
    },
    clear: async () => kept.clear(),
  }
}
