/** Where a strategy keeps its entries: a Redis shared with others, or this process's memory. */
import {
  type CacheError,
  type InvalidationSource,
  memoryStore,
  type Runtime,
  type Store,
  systemRuntime,
} from 'cache-core'
import { redisStore, resilientRedisStore } from 'cache-core/redis'
import type { Cluster, Redis } from 'ioredis'
import { memoryKeyValue, redisKeyValue } from './key-value.ts'
import { unguardedStore } from './unguarded-store.ts'

export interface Backend {
  /** Built with `redisOptions`. Without it, entries stay in the process's memory. */
  readonly client?: Redis | Cluster | undefined
  /** Put before every key. */
  readonly prefix: string
  /** Called with each store command that failed. */
  readonly onFailure?: (error: CacheError) => void
  /** Called with each key evicted from memory for room. */
  readonly onEvict?: (key: string) => void
  /** As the stores take it. The naive forms ignore it. */
  readonly outbox?: InvalidationSource
  /** The clock and the room of entries in memory, as `memoryStore` takes them: for simulations. Redis has its own. */
  readonly memory?: MemoryRoom
}

export interface MemoryRoom {
  readonly runtime?: Pick<Runtime, 'now'>
  readonly maxBytes?: number
  readonly maxEntries?: number
}

/** The store whose guarantee holds. */
export function guarded({ client, prefix, onFailure, onEvict, outbox, memory }: Backend): Store {
  const told = outbox && { outbox }
  if (client === undefined) return memoryStore({ ...memory, ...told, ...(onEvict && { onEvict }) })
  return redisStore({ client, prefix, ...told, ...(onFailure && { onFailure }) })
}

/** The store as most libraries have it. */
export function unguarded(
  { client, prefix, onFailure, onEvict, memory }: Backend,
  options: { lock?: boolean } = {},
): Store {
  if (client === undefined) {
    const now = (memory?.runtime ?? systemRuntime).now
    const keyValue = memoryKeyValue({ ...memory, now, ...(onEvict && { onEvict }) })
    return unguardedStore(keyValue, { ...options, where: 'this process', now })
  }
  const store = unguardedStore(redisKeyValue(client, prefix), options)
  return resilientRedisStore(client, store, onFailure && { onFailure })
}
