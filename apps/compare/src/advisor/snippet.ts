/** Code that uses a strategy from cache-core. */
import { type Described, readFactory, readOptions, writeFactory } from './guarantee.ts'

/** Undefined if cache-core does not have the strategy: another library, or no cache. */
export function snippet(strategy: Described, ttlMs: number): string | undefined {
  const { read, write, store } = strategy
  const [readWith, writeWith] = [readFactory(read)?.name, writeFactory(write)?.name]
  if (readWith === undefined || writeWith === undefined) return undefined
  const options = written(readOptions(strategy, ttlMs))
  if (store === 'redis') return overRedis(readWith, writeWith, options)
  return store === 'memory' ? inMemory(readWith, writeWith, options) : undefined
}

function overRedis(readWith: string, writeWith: string, options: string): string {
  return `\
import { ${['createCache', readWith, writeWith].toSorted().join(', ')} } from 'cache-core'
import { redisOptions, redisStore } from 'cache-core/redis'
import { Redis } from 'ioredis'

const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', redisOptions)
export const cache = createCache({
  store: redisStore({ client, prefix: 'posts:' }),
  read: ${readWith}(${options}),
  write: ${writeWith}(),
})`
}

function inMemory(readWith: string, writeWith: string, options: string): string {
  return `\
import { ${['createCache', 'memoryStore', readWith, writeWith].toSorted().join(', ')} } from 'cache-core'

// The guarantee holds in this process only: each process has its own memory.
export const cache = createCache({
  store: memoryStore(),
  read: ${readWith}(${options}),
  write: ${writeWith}(),
})`
}

/** `{ ttlMs: 60_000 }` */
function written(options: Readonly<Record<string, number>>): string {
  return `{ ${Object.entries(options)
    .map(([name, value]) => `${name}: ${name.endsWith('Ms') ? milliseconds(value) : value}`)
    .join(', ')} }`
}

/** 60000 as 60_000. */
function milliseconds(ms: number): string {
  return String(Math.max(1, Math.round(ms))).replace(/\B(?=(\d{3})+$)/g, '_')
}
