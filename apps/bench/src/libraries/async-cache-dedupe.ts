/**
 * async-cache-dedupe. In memory: "createCache", storage `memory` with a `size`. In Redis: the same section, storage `redis`. Reads: the
 * defined function. Writes: `clear` of one argument after the commit. Tags: "Invalidation", `references` and `invalidateAll`, with a
 * `referencesTTL` as long as the TTL. TTLs are whole seconds. There is no read of many keys. As one of several processes: with references, in
 * `packages/peers`.
 */
import { createCache, type StorageInputMemory, type StorageInputRedis } from 'async-cache-dedupe'
import { asProcess } from './as-process.ts'
import { connectPeer } from './connect.ts'
import { type Library, type Open, type OpenCache, type Setting, TAGS, TTL_MS } from './library.ts'

const SIZE = 10_000
const TTL_SECONDS = TTL_MS / 1_000

interface Parts {
  readonly storage: StorageInputRedis | StorageInputMemory
  readonly isTagged?: boolean
  readonly close?: () => void
}

function open({ storage, isTagged = false, close }: Parts, { prefix, load, onError }: Setting): OpenCache {
  // Redis keys begin with the function's name. References have no prefix.
  const references = TAGS.map((tag) => prefix + tag)
  const cache = createCache({ storage, ttl: TTL_SECONDS, onError }).define(
    prefix,
    isTagged ? { references: () => references } : {},
    (key: string) => load(key),
  )
  const read = cache[prefix] as (key: string) => Promise<unknown>
  return {
    read,
    async write(key, commit) {
      await commit()
      await cache.clear(prefix, key)
    },
    invalidateTag: (tag) => cache.invalidateAll(prefix + tag),
    async close() {
      close?.()
    },
  }
}

const shared =
  (isTagged: boolean): Open =>
  async (setting) => {
    const client = await connectPeer(setting)
    const invalidation = isTagged ? { referencesTTL: TTL_SECONDS } : false
    const storage: StorageInputRedis = { type: 'redis', options: { client, invalidation } }
    return open({ storage, isTagged, close: () => client.disconnect() }, setting)
  }

export const asyncCacheDedupe: Library = {
  title: 'async-cache-dedupe',
  package: 'async-cache-dedupe',
  form: 'object',
  coldLoads: 'one per process',
  near: async (setting) => open({ storage: { type: 'memory', options: { size: SIZE } } }, setting),
  shared: shared(false),
  tagged: shared(true),
  process: asProcess('peer:async-cache-dedupe'),
}
