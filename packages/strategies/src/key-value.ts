/** What the naive forms are built on: the verbs that every caching library has. */
import type { Cluster, Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'

export interface KeyValue {
  get(key: string): Promise<Buffer | undefined>
  set(key: string, value: Buffer, ttlMs: number): Promise<void>
  /** False: there was something already. */
  setIfAbsent(key: string, value: Buffer, ttlMs: number): Promise<boolean>
  delete(key: string): Promise<void>
  clear(): Promise<void>
}

export function redisKeyValue(client: Redis | Cluster, prefix: string): KeyValue {
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

/** What keys of entries begin with. Other keys are locks and tags. */
export const ENTRY_PREFIX = 'e:'

export interface MemoryKeyValueOptions {
  /** Milliseconds from any fixed start. */
  readonly now: () => number
  /** Room for entries, in bytes. Default 256 MiB, as the guarded store's. */
  readonly maxBytes?: number
  /** Room for so many entries. Default: only bytes count. */
  readonly maxEntries?: number
  /** Called with each entry's key that is evicted for room. */
  readonly onEvict?: (key: string) => void
}

interface Kept {
  readonly value: Buffer
  readonly expiresAt: number
}

/** So many locks and tags are remembered. */
const MAX_OTHERS = 100_000

export function memoryKeyValue({ now, maxBytes, maxEntries = Infinity, onEvict }: MemoryKeyValueOptions): KeyValue {
  const entries = new LRUCache<string, Kept>({
    maxSize: maxBytes ?? 256 * 1024 * 1024,
    sizeCalculation: ({ value }, key) => value.length + key.length + 1,
    dispose: (_kept, key, reason) => reason === 'evict' && onEvict?.(key.slice(ENTRY_PREFIX.length)),
  })
  // Apart, so that a lock takes no entry's room, as the guarded store's leases don't.
  const others = new LRUCache<string, Kept>({ maxSize: MAX_OTHERS, sizeCalculation: () => 1 })
  const roomOf = (key: string) => (key.startsWith(ENTRY_PREFIX) ? entries : others)

  function live(key: string): Buffer | undefined {
    const room = roomOf(key)
    const kept = room.get(key)
    if (kept === undefined || now() < kept.expiresAt) return kept?.value
    room.delete(key)
    return undefined
  }

  function keep(key: string, value: Buffer, ttlMs: number): void {
    roomOf(key).set(key, { value, expiresAt: now() + ttlMs })
    while (entries.size > maxEntries) entries.pop()
  }

  return {
    get: async (key) => live(key),
    async set(key, value, ttlMs) {
      keep(key, value, ttlMs)
    },
    async setIfAbsent(key, value, ttlMs) {
      if (live(key) !== undefined) return false
      keep(key, value, ttlMs)
      return true
    },
    async delete(key) {
      roomOf(key).delete(key)
    },
    async clear() {
      entries.clear()
      others.clear()
    },
  }
}
