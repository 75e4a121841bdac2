/** Where a strategy keeps its entries: a Redis shared with others, or this process's memory. */
import { type CacheError, memoryStore, resilientStore, type Store } from 'cache-core'
import { connectionOf, type RedisClient, redisStore } from 'cache-core/redis'
import { memoryKeyValue, redisKeyValue } from './key-value.ts'
import { unguardedStore } from './unguarded-store.ts'

export interface Place {
  /** Built with `redisOptions`. Without it, entries stay in the process's memory. */
  readonly client?: RedisClient | undefined
  /** Put before every key. */
  readonly prefix: string
  /** Called with each store command that failed. */
  readonly onFailure?: (error: CacheError) => void
  /** Called with each key evicted from memory for room. */
  readonly onEvict?: (key: string) => void
  /** As `redisStore` takes it. Memory has no server, and the naive forms don't ask. */
  readonly beforeUse?: (server: string) => Promise<void>
}

/** The store whose promises hold. */
export function guarded({ client, prefix, onFailure, onEvict, beforeUse }: Place): Store {
  if (client === undefined) return memoryStore(onEvict && { onEvict })
  return redisStore({ client, prefix, ...(onFailure && { onFailure }), ...(beforeUse && { beforeUse }) })
}

/** The store as most libraries have it. */
export function unguarded({ client, prefix, onFailure, onEvict }: Place, options: { lock?: boolean } = {}): Store {
  if (client === undefined) return unguardedStore(memoryKeyValue(onEvict), options)
  const store = unguardedStore(redisKeyValue(client, prefix), options)
  return resilientStore(store, connectionOf(client).circuit, onFailure && { onFailure })
}
