import { describe, expect, it } from 'vitest'
import { EnvError, readEnv } from './env.ts'

const DATABASE_URL = 'postgres://user:geheim@db:5432/posts'

describe('the environment', () => {
  it('needs a database and has a default for all else', () => {
    expect(readEnv({ DATABASE_URL })).toEqual({
      PORT: 3_000,
      HOST: '127.0.0.1',
      CACHE_STRATEGY: 'cache-aside',
      DATABASE_URL,
      CACHE_TTL_MS: 60_000,
      STALE_MS: 300_000,
      ORIGIN_DELAY_MS: 0,
      SEED_POSTS: 10_000,
      LOG_LEVEL: 'info',
      WORKERS: 1,
      PEERS: 0,
    })
  })

  it('takes an empty variable as one that is not set', () => {
    expect(readEnv({ DATABASE_URL, REDIS_URL: '', ADMIN_TOKEN: '', PORT: '' })).toEqual(readEnv({ DATABASE_URL }))
  })

  it.each([
    ['PORT', '70000', 'PORT is "70000"; allowed: a whole number from 0 to 65535'],
    ['PORT', '3e3', 'PORT is "3e3"; allowed'],
    ['CACHE_TTL_MS', '0', 'CACHE_TTL_MS is "0"; allowed: a whole number from 1'],
    ['CACHE_STRATEGY', 'lru', 'CACHE_STRATEGY is "lru"; allowed: one of no-cache, cache-aside'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; allowed: one of fatal'],
    ['WORKERS', '0', 'WORKERS is "0"; allowed: a whole number from 1 to 64'],
    ['WORKERS', '2', 'WORKERS'],
    ['PEERS', '2', 'PEERS is "2"; allowed: a whole number from 0 to 1'],
    ['PEERS', '1', 'PEERS is "1"; allowed without REDIS_URL: 0'],
    ['CACHE_STRATEGY', 'peer:bentocache', 'CACHE_STRATEGY is "peer:bentocache"; allowed: one of no-cache'],
  ])('says in one line what is wrong with %s=%s', (name, value, line) => {
    const read = () => readEnv({ DATABASE_URL, [name]: value })
    expect(read).toThrow(EnvError)
    expect(read).toThrow(line)
    expect(read).toThrow(/^[^\n]*$/)
  })

  it('says what is missing, and never shows a secret', () => {
    expect(() => readEnv({})).toThrow('DATABASE_URL is not set; allowed: a URL like postgres://')
    expect(() => readEnv({ DATABASE_URL: 'mysql://root:geheim@db' })).toThrow(
      /^(?!.*geheim).*DATABASE_URL is not usable/,
    )
    expect(() => readEnv({ DATABASE_URL, REDIS_URL: 'geheim' })).toThrow(/^(?!.*geheim).*REDIS_URL/)
  })
})
