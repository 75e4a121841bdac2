/** The code that imports a strategy from cache-core. */
import { readFactory, writeFactory } from './guarantee.ts'

export interface SnippetOf {
  readonly read: string
  readonly write: string
  readonly store: string
  readonly ttlMs: number
}

/** Undefined for what cache-core does not have: a library's own ways, or no cache. */
export function snippet({ read, write, store, ttlMs }: SnippetOf): string | undefined {
  const [readWith, writeWith] = [readFactory(read)?.name, writeFactory(write)?.name]
  if (readWith === undefined || writeWith === undefined) return undefined
  if (store === 'redis') return overRedis(readWith, writeWith, ttlMs)
  return store === 'memory' ? inMemory(readWith, writeWith, ttlMs) : undefined
}

function overRedis(readWith: string, writeWith: string, ttlMs: number): string {
  return `\
import { ${['createCache', readWith, writeWith].toSorted().join(', ')} } from 'cache-core'
import { redisOptions, redisStore } from 'cache-core/redis'
import { Redis } from 'ioredis'

const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', redisOptions)
export const cache = createCache({
  store: redisStore({ client, prefix: 'posts:' }),
  read: ${readWith}({ ttlMs: ${written(ttlMs)} }),
  write: ${writeWith}(),
})`
}

function inMemory(readWith: string, writeWith: string, ttlMs: number): string {
  return `\
import { ${['createCache', 'memoryStore', readWith, writeWith].toSorted().join(', ')} } from 'cache-core'

// Its guarantee holds in this process only: another process has a memory of its own.
export const cache = createCache({
  store: memoryStore(),
  read: ${readWith}({ ttlMs: ${written(ttlMs)} }),
  write: ${writeWith}(),
})`
}

/** 60000 as 60_000. */
function written(ttlMs: number): string {
  return String(Math.max(1, Math.round(ttlMs))).replace(/\B(?=(\d{3})+$)/g, '_')
}
