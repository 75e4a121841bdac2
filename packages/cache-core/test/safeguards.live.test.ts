/** Safeguards of the Redis store whose removal random schedules rarely detect, each scripted on a real Redis. */
import { Cluster } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { cacheAside, createCache, invalidate } from '../src/index.ts'
import { adaptClient } from '../src/redis/adapt-client.ts'
import { clusterOptions, redisStore } from '../src/redis/index.ts'
import type { RedisClient } from '../src/redis/redis-client.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { redisStoreOver } from '../src/redis/redis-store.ts'
import { connectBy } from './backends.ts'
import { clientKinds } from './clients.ts'
import { neverOld } from './never-old.ts'

describe.each(clientKinds)('by $name', (kind) => {
  const connect = () => connectBy(kind)
  const prefixOf = (what: string) => `${what}-${kind.name}-${process.pid}:`

  it('invalidates everything, leases first, so that a running load can’t fill meanwhile', async () => {
    const prefix = prefixOf('leases-first')
    const [client, other] = [adaptClient((await connect()).client), await connect()]
    const loader = redisStore({ client: other.client, prefix })
    await loader.acquire('k', { token: 'loading', leaseMs: 10_000, seen: undefined, tags: [] })
    let scans = 0
    let kept: boolean | undefined
    const fillingBetween: RedisClient = {
      ...client,
      async *scan(pattern) {
        if (++scans === 2) {
          const expiresAt = loader.clock.latest() + 10_000
          kept = await loader.fill('k', { token: 'loading', entry: Buffer.from('old'), expiresAt })
        }
        yield* client.scan(pattern)
      },
    }
    await redisStoreOver(fillingBetween, { prefix }).invalidateAll()
    expect({ scans, kept }).toEqual({ scans: 2, kept: false })
    expect((await loader.get('k', [])).bytes).toBeUndefined()
  })

  it('grants a dead holder’s lease when it ends, not when it is forgotten', async () => {
    const store = redisStore({ client: (await connect()).client, prefix: prefixOf('dead-holder') })
    const ask = (token: string, leaseMs: number) => store.acquire('k', { token, leaseMs, seen: undefined, tags: [] })
    const start = performance.now()
    await ask('dead', 500)
    while ((await ask('next', 500)).kind !== 'granted');
    const tookMs = performance.now() - start
    expect(tookMs).toBeGreaterThan(490)
    expect(tookMs).toBeLessThan(3_900) // it is forgotten after 8 times its length
  })

  it('delivers pending invalidations after a lost connection', async () => {
    const client = await connect()
    // Two stores on the same entries: one waits for the pending invalidations of the other.
    const open = () => {
      const store = redisStore({ client: client.client, prefix: prefixOf('pending') })
      return createCache({ store, read: cacheAside(), write: invalidate() })
    }
    const [writes, other] = [open(), open()]
    await other.read('k', async () => 'v1')
    await client.disconnect()
    await writes.write({ keys: ['k'] }, async () => 'v2')
    await client.reconnect()
    await neverOld(() => other.read('k', async () => 'v2'))
  })

  it('forgets the server’s time on a new connection, which may lead to another server', async () => {
    const client = await connect()
    await redisStore({ client: client.client, prefix: prefixOf('time') }).get('k', [])
    const { clock } = RedisConnection.of(adaptClient(client.client))!
    expect(clock.isCompared).toBe(true)
    await client.disconnect()
    await client.reconnect()
    expect(clock.isCompared).toBe(false)
  })
})

it.each([
  ['a command twice', { ...clusterOptions, retryDelayOnFailover: 100 }, 'retryDelayOnFailover is 100'],
  ['reads to replicas', { ...clusterOptions, scaleReads: 'slave' as const }, 'scaleReads is "slave"'],
  ['unanswered commands twice', { ...clusterOptions, redisOptions: {} }, 'maxRetriesPerRequest is 20'],
])('refuses a cluster client that sends %s', (_what, options, why) => {
  const client = new Cluster([{ host: '127.0.0.1', port: 1 }], { ...options, lazyConnect: true })
  expect(() => redisStore({ client, prefix: 'a:' })).toThrow(why)
  client.disconnect()
})
