/** The places for a strategy's entries: a shared Redis or memcached, or this process's memory. */
import {
  type CacheError,
  type InvalidationSource,
  memoryStore,
  type Runtime,
  type Store,
  systemRuntime,
} from 'cache-core'
import { type MemcacheClient, memcachedStore, resilientMemcachedStore } from 'cache-core/memcached'
import { type RedisWriteLog, redisStore, resilientRedisStore, tieredStore } from 'cache-core/redis'
import type { Cluster, Redis } from 'ioredis'
import { type KeyValue, memcachedKeyValue, memoryKeyValue, redisKeyValue } from './key-value.ts'
import { unguardedStore } from './unguarded-store.ts'

export interface Backend {
  /** Built with `redisOptions`. Without it and `memcached`, entries stay in the process's memory. */
  readonly client?: Redis | Cluster | undefined
  /** Built with `memcachedOptions`. */
  readonly memcached?: MemcacheClient | undefined
  /** Prepended to every key. */
  readonly prefix: string
  /** Called for each failed store command. */
  readonly onFailure?: (error: CacheError) => void
  /** Called with each key evicted from memory. */
  readonly onEvict?: (key: string) => void
  /** For the guarded stores. The naive forms ignore it. */
  readonly outbox?: InvalidationSource
  /** The queue of a strategy that writes behind, over the same client and prefix. */
  readonly writeLog?: RedisWriteLog | undefined
  /** The clock and limits of entries in memory, as for `memoryStore`, for simulations. Redis has its own. */
  readonly memory?: MemoryRoom
  /** Replaces the memory of this process, for simulations. */
  readonly ownStorage?: OwnStorage
}

/** The storage of the guarded store, and that of the naive forms. */
export interface OwnStorage {
  store(): Store
  keyValue(): KeyValue
}

export interface MemoryRoom {
  readonly runtime?: Pick<Runtime, 'now'>
  readonly maxBytes?: number
  readonly maxEntries?: number
}

/** The guarded store. */
export function guarded({ client, memcached, prefix, onFailure, outbox, writeLog, ...room }: Backend): Store {
  const delivery = outbox && { outbox }
  if (memcached !== undefined) {
    return memcachedStore({ client: memcached, prefix, ...delivery, ...(onFailure && { onFailure }) })
  }
  if (client === undefined) return inMemory({ ...room, prefix, ...delivery })
  return redisStore({ client, prefix, ...delivery, ...(writeLog && { writeLog }), ...(onFailure && { onFailure }) })
}

/** Memory over Redis. Over another backend there is nothing to keep coherent: the guarded store alone. */
export function tiered(backend: Backend): Store {
  const { client, prefix, onFailure, outbox } = backend
  if (client === undefined || backend.memcached !== undefined) return guarded(backend)
  return tieredStore({ client, prefix, ...(outbox && { outbox }), ...(onFailure && { onFailure }) })
}

/** The same in this process's memory, regardless of the backend. */
export function inMemory({ onEvict, outbox, memory, ownStorage }: Backend): Store {
  if (ownStorage !== undefined) return ownStorage.store()
  return memoryStore({ ...memory, ...(outbox && { outbox }), ...(onEvict && { onEvict }) })
}

/** The kind of store that most libraries have. */
export function unguarded(
  { client, memcached, prefix, onFailure, onEvict, memory, ownStorage }: Backend,
  options: { lock?: boolean } = {},
): Store {
  if (memcached !== undefined) {
    const store = unguardedStore(memcachedKeyValue(memcached, prefix), options)
    return resilientMemcachedStore(memcached, store, onFailure && { onFailure })
  }
  if (client === undefined) {
    const now = (memory?.runtime ?? systemRuntime).now
    const keyValue = ownStorage?.keyValue() ?? memoryKeyValue({ ...memory, now, ...(onEvict && { onEvict }) })
    return unguardedStore(keyValue, { ...options, where: 'this process', now })
  }
  const store = unguardedStore(redisKeyValue(client, prefix), options)
  return resilientRedisStore(client, store, onFailure && { onFailure })
}
