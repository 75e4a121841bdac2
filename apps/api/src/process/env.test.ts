import { describe, expect, it } from 'vitest'
import { EnvError, readEnv, storeKindOf } from './env.ts'

const DATABASE_URL = 'postgres://user:geheim@db:5432/posts'

describe('the environment', () => {
  it('needs a database and has defaults for everything else', () => {
    expect(readEnv({ DATABASE_URL })).toEqual({
      PORT: 3_000,
      HOST: '127.0.0.1',
      CACHE_STORE: 'auto',
      CACHE_STRATEGY: 'cache-aside',
      DATABASE_URL,
      REDIS_PREFIX: 'posts:',
      CACHE_TTL_MS: 60_000,
      STALE_MS: 300_000,
      ORIGIN_DELAY_MS: 0,
      SEED_POSTS: 10_000,
      LOG_LEVEL: 'info',
      WARM_ON_START: 0,
      WORKERS: 1,
      PEERS: 0,
      REDIS_IS_PRIVATE: 0,
    })
  })

  it('treats an empty variable as not set', () => {
    expect(readEnv({ DATABASE_URL, REDIS_URL: '', ADMIN_TOKEN: '', PORT: '' })).toEqual(readEnv({ DATABASE_URL }))
  })

  it.each([
    ['PORT', '70000', 'PORT is "70000"; allowed: a whole number from 0 to 65535'],
    ['PORT', '3e3', 'PORT is "3e3"; allowed'],
    ['CACHE_TTL_MS', '0', 'CACHE_TTL_MS is "0"; allowed: a whole number from 1'],
    ['CACHE_STRATEGY', 'lru', 'CACHE_STRATEGY is "lru"; allowed: one of no-cache, cache-aside'],
    ['CACHE_STRATEGY', 'always-hit', 'as ?strategy=always-hit; allowed: one of no-cache, cache-aside'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; allowed: one of fatal'],
    ['WORKERS', '0', 'WORKERS is "0"; allowed: a whole number from 1 to 64'],
    ['WORKERS', '2', 'WORKERS is "2"; allowed without REDIS_URL: 1'],
    ['CACHE_STORE', 'disk', 'CACHE_STORE is "disk"; allowed: one of auto, redis, memcached, memory'],
    ['CACHE_STORE', 'redis', 'CACHE_STORE is "redis"; allowed without REDIS_URL: auto, memcached, memory'],
    ['CACHE_STORE', 'memcached', 'CACHE_STORE is "memcached"; allowed without MEMCACHED_URL: auto, redis, memory'],
    ['MEMCACHED_URL', '127.0.0.1:11211', 'MEMCACHED_URL is not usable (its value is not shown); allowed: a URL like'],
    ['MEMCACHED_URL', 'memcached://', 'MEMCACHED_URL is not usable'],
    ['MEMCACHED_URL', 'memcached://user@host:1', 'with nothing but a host and its port'],
    ['PEERS', '2', 'PEERS is "2"; allowed: a whole number from 0 to 1'],
    ['PEERS', '1', 'PEERS is "1"; allowed without REDIS_URL: 0'],
    ['CACHE_STRATEGY', 'peer:bentocache', 'CACHE_STRATEGY is "peer:bentocache"; allowed: one of no-cache'],
  ])('refuses %s=%s with one line', (name, value, line) => {
    const read = () => readEnv({ DATABASE_URL, [name]: value })
    expect(read).toThrow(EnvError)
    expect(read).toThrow(line)
    expect(read).toThrow(/^[^\n]*$/)
  })

  it('uses the configured store, and allows several processes if they can share it', () => {
    const [REDIS_URL, MEMCACHED_URL] = ['redis://127.0.0.1:6379', 'memcached://127.0.0.1']
    const kind = (source: Record<string, string>) => storeKindOf(readEnv({ DATABASE_URL, ...source }))
    expect(kind({})).toBe('memory')
    expect(kind({ REDIS_URL, MEMCACHED_URL, WORKERS: '2' })).toBe('redis')
    expect(kind({ REDIS_URL, MEMCACHED_URL, CACHE_STORE: 'memcached', WORKERS: '2' })).toBe('memcached')
    expect(kind({ REDIS_URL, MEMCACHED_URL, CACHE_STORE: 'memory' })).toBe('memory')
    expect(() => kind({ REDIS_URL, CACHE_STORE: 'memory', WORKERS: '2' })).toThrow(
      'WORKERS is "2"; allowed with CACHE_STORE=memory: 1',
    )
  })

  it('names a missing variable, and never shows a secret', () => {
    expect(() => readEnv({})).toThrow('DATABASE_URL is not set; allowed: a URL like postgres://')
    expect(() => readEnv({ DATABASE_URL: 'mysql://root:geheim@db' })).toThrow(
      /^(?!.*geheim).*DATABASE_URL is not usable/,
    )
    expect(() => readEnv({ DATABASE_URL, REDIS_URL: 'geheim' })).toThrow(/^(?!.*geheim).*REDIS_URL/)
  })
})
