/** Round trips, counted on the wire: a trip is everything that the client sends before it receives an answer. */
import { type AddressInfo, createServer, connect as dial } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cache, cacheAside, createCache, invalidate, writeThrough } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { clientKinds, type TestClient } from './clients.ts'

let trips = 0
let answered = true
const redisUrl = new URL(process.env.TEST_REDIS_URL!)
const proxy = createServer((near) => {
  const far = dial(Number(redisUrl.port), redisUrl.hostname)
  near.on('data', (bytes) => {
    if (answered) trips++
    answered = false
    far.write(bytes)
  })
  far.on('data', (bytes) => {
    answered = true
    near.write(bytes)
  })
  near.on('close', () => far.destroy())
  near.on('error', () => far.destroy())
  far.on('error', () => near.destroy())
})

beforeAll(() => new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve)))
afterAll(() => void proxy.close())

describe.each(clientKinds)('by $name', (kind) => {
  let client: TestClient
  let cache: Cache<unknown>
  let throughCache: Cache<unknown>

  beforeAll(async () => {
    const { port } = proxy.address() as AddressInfo
    client = await kind.connect(`redis://127.0.0.1:${port}`)
    const open = (write: typeof invalidate, prefix: string) =>
      createCache({
        store: redisStore({ client: client.client, prefix: `${kind.name} ${prefix}` }),
        read: cacheAside(),
        write: write(),
      })
    cache = open(invalidate, `trips-${process.pid}:`)
    throughCache = open(writeThrough, `through-${process.pid}:`)
    // Loads every script, since the first call of each is sent as text.
    await cache.read('warm', async () => 1, { tags: ['a', 'b'] })
    await throughCache.write({ keys: ['warm'], value: (row) => row }, async () => 1)
  })

  afterAll(() => client.disconnect())

  async function tripsOf(work: () => Promise<unknown>): Promise<number> {
    trips = 0
    await work()
    return trips
  }

  const load = async () => 'value'
  const tags = ['posts', 'authors']

  it('a miss costs 3 round trips: get, acquire, fill', async () => {
    expect(await tripsOf(() => cache.read('post:1', load))).toBe(3)
    expect(await tripsOf(() => cache.read('posts', load, { tags }))).toBe(3)
  })

  it('a hit costs 1, tags included', async () => {
    expect(await tripsOf(() => cache.read('post:1', load))).toBe(1)
    expect(await tripsOf(() => cache.read('posts', load, { tags }))).toBe(1)
  })

  it('hits that begin together cost 1, also those of a readMany', async () => {
    const keys = ['post:1', 'post:2', 'post:3']
    const many = async () => new Map(keys.map((key) => [key, 'value']))
    expect(await tripsOf(() => cache.readMany(keys, many, { tags }))).toBe(3)
    expect(await tripsOf(() => cache.readMany(keys, many, { tags }))).toBe(1)
    expect(await tripsOf(() => Promise.all(keys.map((key) => cache.read(key, load, { tags }))))).toBe(1)
    await cache.invalidate({ keys })
    await cache.read('post:1', load)
  })

  it('invalidating a post and its lists costs 1', async () => {
    expect(await tripsOf(() => cache.write({ keys: ['post:1'], tags }, load))).toBe(1)
    expect((await cache.read('posts', load, { tags })).outcome).toBe('miss')
  })

  it('a write-through costs 2: claim before the transaction, fill and tags after it', async () => {
    expect(await tripsOf(() => throughCache.write({ keys: ['post:1'], tags, value: (row) => row }, load))).toBe(2)
    expect((await throughCache.read('post:1', load)).outcome).toBe('hit')
  })
})
