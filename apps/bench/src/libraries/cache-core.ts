/**
 * cache-core: `stampedeLock` and `invalidate`, as in "Use it" of this repository's README; `bytesCodec` for bytes, otherwise
 * `jsonCodec` or `sharedJsonCodec`. In memory `memoryStore`, in Redis `redisStore` over a client built with `redisOptions`, as "The client" in the
 * library's README requires. Synchronous: `peek`. Many keys: `readMany`. Tags and writes: "What there is" there.
 */
import {
  bytesCodec,
  type Codec,
  createCache,
  invalidate,
  jsonCodec,
  type LoadContext,
  memoryStore,
  type Store,
  sharedJsonCodec,
  stampedeLock,
} from 'cache-core'
import { redisOptions, redisStore, tieredStore } from 'cache-core/redis'
import { connect } from './connect.ts'
import { type Library, type Open, type OpenCache, type Setting, TAGS, TTL_MS, type Value } from './library.ts'

/** More than all values of a near row. */
const MEMORY_BYTES = 2 ** 30

type AnyCodec = Codec<unknown>

interface Parts {
  readonly store: Store
  readonly codec: AnyCodec
  readonly isTagged?: boolean
  /** Whether the store is in this process: only then `peek` answers. */
  readonly isNear?: boolean
  /** Whether a value gets into this process's memory only when it is read from Redis. */
  readonly isCopied?: boolean
  readonly close?: () => void
}

function open(
  { store, codec, isTagged = false, isNear = false, isCopied = false, close }: Parts,
  { load, loadMany }: Setting,
): OpenCache {
  const cache = createCache<unknown>({ store, codec, read: stampedeLock({ ttlMs: TTL_MS }), write: invalidate() })
  const loadMissing = async (keys: readonly string[]) => {
    const loaded = await loadMany(keys)
    return new Map(keys.map((key, i) => [key, loaded[i]]))
  }
  // One function for all keys, as "What there is" advises for hits in memory.
  const loadOne = (context: LoadContext) => load(context.key)
  return {
    read: isTagged ? (key) => cache.read(key, loadOne, { tags: TAGS }) : (key) => cache.read(key, loadOne),
    ...(isCopied && {
      async warm(key: string) {
        while (cache.peek(key) === undefined) await cache.read(key, loadOne)
      },
    }),
    ...(isNear && { peek: (key: string) => cache.peek(key) }),
    readMany: (keys) => cache.readMany(keys, loadMissing, isTagged ? { tags: TAGS } : {}),
    write: (key, commit) => cache.write({ keys: [key] }, commit),
    invalidateTag: (tag) => cache.invalidate({ tags: [tag] }),
    valueIn: (result) => (result as { value: Value }).value,
    async close() {
      await cache.close()
      await store.close?.()
      close?.()
    },
  }
}

const near =
  (codec: AnyCodec): Open =>
  async (setting) =>
    open({ store: memoryStore({ maxBytes: MEMORY_BYTES }), codec, isNear: true }, setting)

/** Memory over Redis: its values are in Redis too, and Redis notifies this process when they change. */
const tiered =
  (codec: AnyCodec): Open =>
  async (setting) => {
    const { prefix, onError } = setting
    const client = await connect(setting, redisOptions)
    const store = tieredStore({ client, prefix, maxBytes: MEMORY_BYTES, onFailure: onError })
    return open({ store, codec, isNear: true, isCopied: true, close: () => client.disconnect() }, setting)
  }

const shared =
  (codec: AnyCodec, isTagged = false): Open =>
  async (setting) => {
    const { prefix, onError } = setting
    const client = await connect(setting, redisOptions)
    const store = redisStore({ client, prefix, onFailure: onError })
    return open({ store, codec, isTagged, close: () => client.disconnect() }, setting)
  }

const over = (codec: AnyCodec) => ({
  near: near(codec),
  shared: shared(codec),
  tagged: shared(codec, true),
  process: shared(codec),
})

const common = { package: 'cache-core', coldLoads: 'one' } as const

export const cacheCore: Library = {
  title: 'cache-core, bytes',
  form: 'bytes',
  ...common,
  ...over(bytesCodec as AnyCodec),
}
export const cacheCoreJson: Library = { title: 'cache-core, JSON', form: 'object', ...common, ...over(jsonCodec) }

/** Decoded once and shared by all readers, like the values of libraries that keep objects. */
export const cacheCoreShared: Library = {
  title: 'cache-core, JSON, shared values',
  form: 'object',
  ...common,
  near: near(sharedJsonCodec),
}

/** Hits are answered from memory, as those of `memoryStore`; other processes' writes reach them. */
export const cacheCoreTiered: Library = {
  title: 'cache-core, bytes, memory over Redis',
  form: 'bytes',
  ...common,
  near: tiered(bytesCodec as AnyCodec),
}
