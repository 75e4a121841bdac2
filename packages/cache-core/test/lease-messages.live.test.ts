/** Readers that wait for a load in another process are told when it ends, on a real Redis. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Cache, createCache, invalidate, stampedeLock, systemRuntime } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { gate } from '../src/testing/index.ts'
import { ioredis6, kindsByTurn, type TestClient } from './clients.ts'
import { connect, ends, server, warnings } from './own-redis.ts'
import type { ToWaiter } from './waiting-process.ts'

const PREFIX = 'c:'
const CHANNEL = `${PREFIX}w:`
const markOf = (key: string) => `${PREFIX}w:{${key}}`
/** A reader that expects a message asks again after 250 to 500 ms. */
const SLOWEST_MS = 500

async function calls(admin: TestClient): Promise<Record<string, number>> {
  const stats = String(await admin.send('INFO', 'commandstats'))
  return Object.fromEntries(
    [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name, n]) => [name, Number(n)]),
  )
}

const subscribers = async (admin: TestClient) =>
  Number(((await admin.send('PUBSUB', 'NUMSUB', CHANNEL)) as unknown[])[1])

function open({ client }: TestClient, runtime = systemRuntime) {
  const store = redisStore({ client, prefix: PREFIX, onWarning: (warning) => warnings.push(warning) })
  ends.unshift(() => store.close())
  const cache = createCache<string>({ store, read: stampedeLock({ leaseMs: 60_000 }), write: invalidate(), runtime })
  return { store, cache }
}

/** Begins a load that ends when its gate is opened. */
async function load(cache: Cache<string>, key: string) {
  const loading = gate()
  const reading = cache.read(key, async () => {
    await loading.pass()
    return 'loaded'
  })
  reading.catch(() => {})
  await loading.reached
  return { reading, end: loading.open }
}

/** A process that loads, another with a reader that waits for that and is subscribed, and an admin. */
async function waitingReader(kind = ioredis6) {
  const [admin, holder, waiter] = [
    await connect(ioredis6, server.url),
    open(await connect(ioredis6, server.url)),
    open(await connect(kind, server.url)),
  ]
  const first = await load(holder.cache, 'first')
  const subscribing = waiter.cache.read('first', async () => 'own')
  await expect.poll(() => subscribers(admin)).toBe(1)
  first.end()
  await subscribing
  const { end } = await load(holder.cache, 'k')
  const reading = waiter.cache.read('k', async () => 'own')
  await expect.poll(() => admin.send('EXISTS', markOf('k'))).toBe(1)
  return { admin, holder, waiter, end, reading }
}

it('wakes readers in other processes with 2 commands each, however rarely they ask by themselves', async () => {
  const admin = await connect(ioredis6, server.url)
  const { cache } = open(await connect(ioredis6, server.url))
  const waiters = [0, 1, 2].map(() =>
    fork(new URL('waiting-process.ts', import.meta.url), [server.url, PREFIX], {
      execArgv: ['--conditions=workspace-source'],
    }),
  )
  ends.unshift(() => waiters.map((waiter) => waiter.kill()))
  await Promise.all(waiters.map((waiter) => once(waiter, 'message')))
  const readAll = (key: string, pace: ToWaiter['pace']) =>
    waiters.map((waiter) => {
      waiter.send({ key, pace } satisfies ToWaiter)
      return once(waiter, 'message').then(([answer]) => answer)
    })

  const first = await load(cache, 'first')
  const subscribing = readAll('first', 'usual')
  await expect.poll(() => subscribers(admin), { timeout: 5_000 }).toBe(3)
  first.end()
  await Promise.all(subscribing)

  const before = await calls(admin)
  const since = async () => {
    const now = await calls(admin)
    return ['evalsha', 'publish', 'subscribe'].map((name) => (now[name] ?? 0) - (before[name] ?? 0))
  }
  const { end } = await load(cache, 'k')
  const reading = readAll('k', 'slow')
  await expect.poll(since, { timeout: 5_000 }).toEqual([1 + 3, 0, 0]) // each has asked for the lease once
  end()
  expect(await Promise.all(reading)).toEqual(Array(3).fill({ value: 'loaded', outcome: 'collapsed' }))
  expect(await since()).toEqual([1 + 3 + 1 + 3, 1, 0])

  // The connection for messages doesn't keep a process alive.
  const exits = waiters.map((waiter) => once(waiter, 'exit'))
  for (const waiter of waiters) waiter.disconnect()
  expect(await Promise.all(exits)).toEqual(Array(3).fill([0, null]))
}, 20_000)

it('publishes nothing if nobody waits', async () => {
  const admin = await connect(ioredis6, server.url)
  const { cache } = open(await connect(ioredis6, server.url))
  await cache.read('k', async () => 'v')
  await expect(cache.read('l', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const { publish = 0, subscribe = 0, evalsha = 0, eval: texts = 0 } = await calls(admin)
  expect([publish, subscribe, evalsha + texts]).toEqual([0, 0, 2 + 2 + 1]) // the first was sent as text too
})

describe.each(kindsByTurn)('by $name', (kind) => {
  it('wakes a reader when the load fails', async () => {
    const { admin, holder, waiter } = await waitingReader(kind)
    const failing = gate()
    const loading = holder.cache.read('l', async () => {
      await failing.pass()
      throw new Error('no')
    })
    await failing.reached
    const reading = waiter.cache.read('l', async () => 'own')
    await expect.poll(() => admin.send('EXISTS', markOf('l'))).toBe(1)
    failing.open()
    await expect(loading).rejects.toThrow('no')
    expect((await reading).value).toBe('own')
  })

  it('asks again if the message is lost, and then every 10 to 20 ms until one comes', async () => {
    const { admin, holder, waiter, end, reading } = await waitingReader(kind)
    await admin.send('DEL', markOf('k'))
    const start = performance.now()
    end()
    expect((await reading).value).toBe('loaded')
    expect(performance.now() - start).toBeLessThan(SLOWEST_MS + 250)

    const next = await load(holder.cache, 'l')
    const { evalsha } = await calls(admin)
    const again = waiter.cache.read('l', async () => 'own')
    await expect.poll(async () => (await calls(admin)).evalsha! - evalsha!, { interval: 10 }).toBeGreaterThan(5)
    next.end()
    expect((await again).value).toBe('loaded')
    const last = await load(holder.cache, 'm')
    const told = waiter.cache.read('m', async () => 'own')
    await expect.poll(() => admin.send('EXISTS', markOf('m'))).toBe(1)
    const before = (await calls(admin)).evalsha!
    last.end()
    await told
    expect((await calls(admin)).evalsha! - before).toBe(2) // the fill, and the reader that was told
  })

  it('asks at once when its connection is killed, and subscribes again when it waits', async () => {
    const { admin, end, reading } = await waitingReader(kind)
    expect(await admin.send('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBe(1)
    await expect.poll(() => subscribers(admin), { timeout: 3_000 }).toBe(1) // it still waits
    end()
    expect((await reading).value).toBe('loaded')
  })

  it('closes the connection with the last store on the client', async () => {
    const { admin, waiter, end, reading } = await waitingReader(kind)
    end()
    await reading
    await waiter.store.close()
    await expect.poll(() => subscribers(admin)).toBe(0)
  })
})
