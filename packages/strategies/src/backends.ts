/** Where a strategy keeps its entries: a Redis shared with others, or this process's memory. */
import { type CacheError, memoryStore, type Runtime, type Store, systemRuntime } from 'cache-core'
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
  /** As `redisStore` takes it. Memory has no server, and the naive forms don't ask. */
  readonly beforeUse?: (server: string) => Promise<void>
  /** The clock and the room of entries in memory, as `memoryStore` takes them: for simulations. Redis has its own. */
  readonly memory?: MemoryRoom
}

export interface MemoryRoom {
  readonly runtime?: Pick<Runtime, 'now'>
  readonly maxBytes?: number
  readonly maxEntries?: number
}

/** The store whose promises hold. */
export function guarded({ client, prefix, onFailure, onEvict, beforeUse, memory }: Backend): Store {
  if (client === undefined) return memoryStore({ ...memory, ...(onEvict && { onEvict }) })
  return redisStore({ client, prefix, ...(onFailure && { onFailure }), ...(beforeUse && { beforeUse }) })
}

/** The store as most libraries have it. */
export function unguarded(
  { client, prefix, onFailure, onEvict, memory }: Backend,
  options: { lock?: boolean } = {},
): Store {
  if (client === undefined) {
    const now = (memory?.runtime ?? systemRuntime).now
    return unguardedStore(memoryKeyValue({ ...memory, now, ...(onEvict && { onEvict }) }), { ...options, now })
  }
  const store = unguardedStore(redisKeyValue(client, prefix), options)
  return resilientRedisStore(client, store, onFailure && { onFailure })
}
