/** A Redis that is gone, hangs, or holds what is not ours. Its own server, since it is stopped and killed. */
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, cacheAside, createCache, invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'

let server: PrivateRedis
let client: Redis
const DEADLINE_MS = 250

beforeEach(async () => {
  server = await startRedis()
  client = new Redis(server.url, { ...redisOptions, lazyConnect: true })
  await client.connect()
})

afterEach(async () => {
  client.disconnect()
  process.kill(server.pid, 'SIGCONT')
  await server.stop()
})

function open(read = stampedeLock, write = invalidate): Cache<unknown> {
  return createCache({ store: redisStore({ client, prefix: 'r:' }), read: read(), write: write() })
}

/** Reads until the outcome is the one wanted. */
async function readUntil(cache: Cache<unknown>, wanted: string, load: () => Promise<unknown>) {
  for (;;) {
    const result = await cache.read('k', load)
    if (result.outcome === wanted) return result
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it('goes past a Redis that hangs: one deadline at most, then at once', async () => {
  const cache = open()
  await cache.read('k', async () => 'v1')
  process.kill(server.pid, 'SIGSTOP')
  const waits: number[] = []
  const timedRead = async () => {
    const start = performance.now()
    const { outcome, value } = await cache.read('k', async () => 'v1')
    expect([outcome, value]).toEqual(['bypass', 'v1'])
    waits.push(performance.now() - start)
  }
  await Promise.all(Array.from({ length: 50 }, timedRead))
  expect(Math.max(...waits)).toBeLessThan(DEADLINE_MS + 150)
  waits.length = 0
  for (let i = 0; i < 50; i++) await timedRead()
  expect(Math.max(...waits)).toBeLessThan(50)
  process.kill(server.pid, 'SIGCONT')
  await readUntil(cache, 'hit', async () => 'v1')
})

it.each([invalidate, writeThrough])(
  'after an outage voids what it could not void (%o), before it uses the cache again',
  async (write) => {
    const cache = open(cacheAside, write)
    await cache.read('k', async () => 'v1')
    process.kill(server.pid, 'SIGSTOP')
    await cache.write({ keys: ['k'] }, async () => 'v2')
    expect((await cache.read('k', async () => 'v2')).outcome).toBe('bypass')
    process.kill(server.pid, 'SIGCONT')
    const back = await readUntil(cache, 'hit', async () => 'v2')
    expect(back.value).toBe('v2')
  },
)

it('uses a Redis that was killed and came back empty, and never fails a read meanwhile', async () => {
  const cache = open()
  await cache.read('k', async () => 'v1')
  await server.kill()
  for (let i = 0; i < 20; i++) expect((await cache.read('k', async () => 'v1')).outcome).toBe('bypass')
  server = await startRedis({ port: server.port })
  await readUntil(cache, 'hit', async () => 'v1')
})

it('spares the origin past the cache: concurrent reads of a key share loads', async () => {
  const cache = open()
  process.kill(server.pid, 'SIGSTOP')
  let loads = 0
  const load = async () => {
    loads++
    await new Promise((resolve) => setImmediate(resolve))
    return 'v'
  }
  const results = await Promise.all(Array.from({ length: 200 }, () => cache.read('k', load)))
  expect(results.every(({ outcome }) => outcome === 'bypass')).toBe(true)
  expect(loads).toBeLessThanOrEqual(10)
})

describe('what lies under our keys and is not ours', () => {
  it.each([
    ['a list', (key: string) => client.rpush(key, 'x')],
    ['a hash', (key: string) => client.hset(key, 'a', 'b')],
    ['other bytes', (key: string) => client.set(key, 'somebody else’s value')],
    ['a short string', (key: string) => client.set(key, 'ab')],
    ['an empty string', (key: string) => client.set(key, '')],
  ])('%s is a miss, and replaced', async (_what, put) => {
    const cache = open()
    await put('r:e:{k}')
    expect(await cache.read('k', async () => 'v')).toMatchObject({ outcome: 'miss', value: 'v' })
    expect(await cache.read('k', async () => 'w')).toMatchObject({ outcome: 'hit', value: 'v' })
  })
})

it('refuses a client that may send commands twice, or that prefixes keys itself', () => {
  const careless = new Redis({ lazyConnect: true })
  expect(() => redisStore({ client: careless, prefix: 'a:' })).toThrow(
    'maxRetriesPerRequest is 20, so it may send a command twice',
  )
  const prefixing = new Redis({ ...redisOptions, lazyConnect: true, keyPrefix: 'a:' })
  expect(() => redisStore({ client: prefixing, prefix: 'a:' })).toThrow(
    'keyPrefix is "a:"; give redisStore the prefix instead',
  )
  expect(() => redisStore({ client, prefix: 'a{b' })).toThrow('prefix is "a{b"')
  expect(() => redisStore({ client, prefix: '' })).toThrow('prefix is ""; give a name of your own')
})
