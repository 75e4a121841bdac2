/** A Redis that is gone, hangs, or holds foreign values. A private server, since it is stopped and killed. */
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Cache, cacheAside, createCache, invalidate, stampedeLock, writeThrough } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'
import { kindsByTurn, type TestClient } from './clients.ts'

const DEADLINE_MS = 250

describe.each(kindsByTurn)('by $name', (kind) => {
  let server: PrivateRedis
  /** The stores' client. */
  let client: TestClient
  /** For direct access to the server, without a store. */
  let admin: Redis

  beforeEach(async () => {
    server = await startRedis()
    client = await kind.connect(server.url)
    admin = new Redis(server.url, { ...redisOptions, lazyConnect: true })
    admin.on('error', () => {}) // it is stopped and killed
    await admin.connect()
  })

  afterEach(async () => {
    process.kill(server.pid, 'SIGCONT')
    admin.disconnect()
    await client.disconnect()
    await server.stop()
  })

  function open(read = stampedeLock, write = invalidate): Cache<unknown> {
    return createCache({ store: redisStore({ client: client.client, prefix: 'r:' }), read: read(), write: write() })
  }

  /** Reads until the outcome is `wanted`. */
  async function readUntil(cache: Cache<unknown>, wanted: string, load: () => Promise<unknown>) {
    for (;;) {
      const result = await cache.read('k', load)
      if (result.outcome === wanted) return result
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  // A pause of the machine may fail one run; a fault fails every run.
  it('bypasses a Redis that hangs: after one deadline at most, then immediately', { retry: 2 }, async () => {
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
    expect(Math.max(...waits)).toBeLessThan(2 * DEADLINE_MS)
    waits.length = 0
    for (let i = 0; i < 50; i++) await timedRead()
    expect(Math.max(...waits)).toBeLessThan(DEADLINE_MS)
    process.kill(server.pid, 'SIGCONT')
    await readUntil(cache, 'hit', async () => 'v1')
  })

  it.each([invalidate, writeThrough])(
    'after an outage delivers pending invalidations (%o) before it uses the cache again',
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

  it('uses a Redis that was killed and is back empty, and never fails a read meanwhile', async () => {
    const cache = open()
    await cache.read('k', async () => 'v1')
    await server.kill()
    for (let i = 0; i < 20; i++) expect((await cache.read('k', async () => 'v1')).outcome).toBe('bypass')
    server = await startRedis({ port: server.port })
    await readUntil(cache, 'hit', async () => 'v1')
  })

  it('protects the origin while bypassed: concurrent reads of a key share loads', async () => {
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

  it('while bypassed, reads inside a load do not queue behind other loads', async () => {
    const cache = open()
    process.kill(server.pid, 'SIGSTOP')
    const page = (i: number) =>
      cache.read(`page ${i}`, async () => (await cache.read(`post ${i}`, async () => i)).value)
    const pages = await Promise.all(Array.from({ length: 100 }, (_, i) => page(i)))
    expect(pages.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('waits for the pending invalidations of another store on the same entries', async () => {
    const [posts, lists] = [open(cacheAside), open(cacheAside)]
    let row = 1
    const read = () => lists.read('list', async () => row, { tags: ['posts'] })
    await read()
    process.kill(server.pid, 'SIGSTOP')
    await posts.write({ keys: [], tags: ['posts'] }, async () => ++row)
    process.kill(server.pid, 'SIGCONT')
    for (let outcome = ''; outcome !== 'hit'; ) {
      const result = await read()
      expect(result.value).toBe(2)
      outcome = result.outcome
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

  it('invalidates a tag on a full Redis, by deleting the epoch', async () => {
    const other = await kind.connect(server.url)
    try {
      const store = redisStore({ client: other.client, prefix: 'r:' })
      const elsewhere = createCache({ store, read: cacheAside(), write: invalidate() })
      let row = 1
      const read = () => elsewhere.read('list', async () => row, { tags: ['posts'] })
      await read()
      expect((await read()).outcome).toBe('hit')
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
      await admin.config('SET', 'maxmemory', '1')
      await open(cacheAside).write({ keys: [], tags: ['posts'] }, async () => ++row)
      expect((await read()).value).toBe(2)
    } finally {
      await other.disconnect()
    }
  })

  describe('a foreign value under our keys', () => {
    async function copyOfAnotherKey(key: string): Promise<void> {
      await open().read('other', async () => 'the answer to another question', { tags: ['tag'] })
      await admin.copy('r:e:{other}', key, 'REPLACE')
    }

    it.each([
      ['a list', (key: string) => admin.rpush(key, 'x')],
      ['a hash', (key: string) => admin.hset(key, 'a', 'b')],
      ['other bytes', (key: string) => admin.set(key, 'somebody else’s value')],
      ['a lease without an expiry', (key: string) => admin.set(key, '9999999999999999token')],
      ['a short string', (key: string) => admin.set(key, 'ab')],
      ['an empty string', (key: string) => admin.set(key, '')],
      ['an entry of ours from another key', copyOfAnotherKey],
    ])('%s is a miss, and replaced', async (_what, put) => {
      for (const theirs of ['r:e:{k}', 'r:l:{k}', 'r:t:tag']) {
        const cache = open()
        await admin.flushall()
        await put(theirs)
        const read = (value: string) => cache.read('k', async () => value, { tags: ['tag'] })
        expect(await read('v'), theirs).toMatchObject({ outcome: 'miss', value: 'v' })
        expect(await read('w'), theirs).toMatchObject({ outcome: 'hit', value: 'v' })
      }
    })
  })
})
