/** The basis of the naive forms: the operations that every caching library has. */
import { createHash, randomBytes } from 'node:crypto'
import type { Awaitable } from 'cache-core'
import type { MemcacheClient } from 'cache-core/memcached'
import type { Cluster, Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'

/** Memory answers with a value, a server with a promise. */
export interface KeyValue {
  get(key: string): Awaitable<Buffer | undefined>
  set(key: string, value: Buffer, ttlMs: number): Awaitable<void>
  /** False: the key already had a value. */
  setIfAbsent(key: string, value: Buffer, ttlMs: number): Awaitable<boolean>
  delete(key: string): Awaitable<void>
  clear(): Awaitable<void>
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

/**
 * memcached counts whole seconds, and can't list keys. So all values carry the name of a generation, and `clear` begins a new one,
 * as memcached's documentation recommends. Values are kept as base64, since the client returns text.
 */
export function memcachedKeyValue({ hash, nodes }: MemcacheClient, prefix: string): KeyValue {
  /** The generation is on each server, so that one command reads both. */
  const generationName = `${prefix}generation`
  const nameOf = (key: string) => {
    const isPlain = /^[\x21-\x7e]{1,120}$/.test(key)
    return prefix + (isPlain ? key : createHash('sha256').update(key).digest('base64url'))
  }
  const nodeOf = (name: string) => hash.getNodesByKey(name)[0]!

  async function read(name: string) {
    const requestedKeys = [name, generationName]
    const answer = await nodeOf(name).command(`get ${requestedKeys.join(' ')}`, { isMultiline: true, requestedKeys })
    const { values = [], foundKeys } = answer as { values?: string[]; foundKeys: string[] }
    const found = new Map(foundKeys.map((key, i) => [key, values[i]!]))
    const [generation, value] = (found.get(name) ?? '').split(' ')
    const current = found.get(generationName) ?? ''
    return { current, value: value !== undefined && generation === current ? Buffer.from(value, 'base64') : undefined }
  }

  /** @param flags of the storing command. */
  async function store(key: string, value: Buffer, ttlMs: number, flags = ''): Promise<boolean> {
    const name = nameOf(key)
    const node = nodeOf(name)
    const text = `${(await read(name)).current} ${value.toString('base64')}`
    const seconds = Math.min(Math.ceil(ttlMs / 1_000), 30 * 24 * 60 * 60)
    return (await node.command(`ms ${name} ${text.length} T${seconds}${flags}\r\n${text}`)) === 'HD'
  }

  return {
    get: async (key) => (await read(nameOf(key))).value,
    async set(key, value, ttlMs) {
      await store(key, value, ttlMs)
    },
    setIfAbsent: (key, value, ttlMs) => store(key, value, ttlMs, ' ME'),
    async delete(key) {
      const name = nameOf(key)
      await nodeOf(name).command(`md ${name}`)
    },
    async clear() {
      const generation = randomBytes(8).toString('hex')
      await Promise.all(nodes.map((node) => node.command(`ms ${generationName} ${generation.length}\r\n${generation}`)))
    },
  }
}

/** Prefixes of the keys of entries and of locks. Other keys are tags. */
export const ENTRY_PREFIX = 'e:'
export const LOCK_PREFIX = 'lock:'

export interface MemoryKeyValueOptions {
  /** Milliseconds from any fixed start. */
  readonly now: () => number
  /** Limit for entries, in bytes. Default 256 MiB, as for the guarded store. */
  readonly maxBytes?: number
  /** Maximum number of entries. Default: only `maxBytes` applies. */
  readonly maxEntries?: number
  /** Called with the key of each evicted entry. */
  readonly onEvict?: (key: string) => void
}

interface Kept {
  readonly value: Buffer
  readonly expiresAt: number
}

/** As the guarded store counts it. */
const OVERHEAD_BYTES = 600
/** Maximum number of locks and tags. */
const MAX_OTHERS = 100_000

/** Not `memoryStore`: that has the guard, which these forms lack. */
export function memoryKeyValue({ now, maxBytes, maxEntries = Infinity, onEvict }: MemoryKeyValueOptions): KeyValue {
  const entries = new LRUCache<string, Kept>({
    maxSize: maxBytes ?? 256 * 1024 * 1024,
    sizeCalculation: ({ value }, key) => value.length + 2 * key.length + OVERHEAD_BYTES,
    dispose: (_kept, key, reason) => reason === 'evict' && onEvict?.(key.slice(ENTRY_PREFIX.length)),
  })
  // Separate, so that locks don't evict entries, like the guarded store's leases.
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
    const own = Buffer.allocUnsafeSlow(value.length) // a slice would keep Node's Buffer pool alive
    value.copy(own)
    roomOf(key).set(key, { value: own, expiresAt: now() + ttlMs })
    while (entries.size > maxEntries) entries.pop()
  }

  return {
    get: live,
    set: keep,
    setIfAbsent(key, value, ttlMs) {
      if (live(key) !== undefined) return false
      keep(key, value, ttlMs)
      return true
    },
    delete(key) {
      roomOf(key).delete(key)
    },
    clear() {
      entries.clear()
      others.clear()
    },
  }
}
