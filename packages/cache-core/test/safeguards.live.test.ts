/** Safeguards of the Redis store that random schedules are slow to miss, each by hand on a real Redis. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { cacheAside, createCache, invalidate } from '../src/index.ts'
import { clusterOptions, connectionOf, redisStore } from '../src/redis/index.ts'
import { connect } from './backends.ts'

it('voids everything leases first: what is loading cannot fill behind its back', async () => {
  const prefix = `leases-first-${process.pid}:`
  const [client, other] = [await connect(), await connect()]
  const loader = redisStore({ client: other, prefix })
  await loader.acquire('k', { token: 'loading', leaseMs: 10_000, seen: undefined, tags: [] })
  const scan = client.scanStream.bind(client)
  let scans = 0
  let kept: boolean | undefined
  client.scanStream = ((options) => {
    scans++
    const keys = scan(options)
    if (scans < 2) return keys
    return (async function* () {
      const expiresAt = loader.clock.latest() + 10_000
      kept = await loader.fill('k', { token: 'loading', entry: Buffer.from('old'), expiresAt })
      yield* keys
    })()
  }) as typeof client.scanStream
  await redisStore({ client, prefix }).invalidateAll()
  expect({ scans, kept }).toEqual({ scans: 2, kept: false })
  expect((await loader.get('k', [])).bytes).toBeUndefined()
})

it('grants the lease of a holder that died once it ends, not once it is forgotten', async () => {
  const store = redisStore({ client: await connect(), prefix: `dead-holder-${process.pid}:` })
  const ask = (token: string, leaseMs: number) => store.acquire('k', { token, leaseMs, seen: undefined, tags: [] })
  const start = performance.now()
  await ask('dead', 500)
  while ((await ask('next', 500)).kind !== 'granted');
  expect(performance.now() - start).toBeGreaterThan(490)
  expect(performance.now() - start).toBeLessThan(2_500)
})

it('voids after a lost connection what it could not void without one', async () => {
  const client = await connect()
  // Two stores on the same entries: what one owes, the other waits for.
  const open = () => {
    const store = redisStore({ client, prefix: `owed-${process.pid}:` })
    return createCache({ store, read: cacheAside(), write: invalidate() })
  }
  const [writes, other] = [open(), open()]
  await other.read('k', async () => 'v1')
  await disconnect(client)
  await writes.write({ keys: ['k'], value: (row) => row }, async () => 'v2')
  await client.connect()
  for (let outcome = ''; outcome !== 'hit'; ) {
    const result = await other.read('k', async () => 'v2')
    expect(result.value).toBe('v2')
    outcome = result.outcome
    await sleep(5) // reads past the cache alone would leave no turn to what pays
  }
})

async function disconnect(client: Redis): Promise<void> {
  const ended = once(client, 'end')
  client.disconnect()
  await ended
}

it('knows nothing of the time on a new connection, which may lead to another server', async () => {
  const client = await connect()
  await redisStore({ client, prefix: 'time:' }).get('k', [])
  const { clock } = connectionOf(client)
  expect(clock.isCompared).toBe(true)
  await disconnect(client)
  await client.connect()
  expect(clock.isCompared).toBe(false)
})

it.each([
  ['a command again', { ...clusterOptions, retryDelayOnFailover: 100 }, 'retryDelayOnFailover is 100'],
  ['reads to replicas', { ...clusterOptions, scaleReads: 'slave' as const }, 'scaleReads is "slave"'],
  ['unanswered commands again', { ...clusterOptions, redisOptions: {} }, 'maxRetriesPerRequest is 20'],
])('refuses a cluster client that sends %s', (_what, options, why) => {
  const client = new Cluster([{ host: '127.0.0.1', port: 1 }], { ...options, lazyConnect: true })
  expect(() => redisStore({ client, prefix: 'a:' })).toThrow(why)
  client.disconnect()
})
