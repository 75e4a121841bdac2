/** One test for each safeguard whose removal scripted races and random schedules rarely or never detect. */
import { describe, expect, it, vi } from 'vitest'
import {
  CacheError,
  cacheAside,
  createCache,
  invalidate,
  memoryStore,
  noCache,
  type ReadStrategy,
  resilientStore,
  type Store,
  stampedeLock,
  systemRuntime,
  writeThrough,
} from './index.ts'
import { Circuit } from './resilience/circuit.ts'
import { fakeRuntime, type Gate, gate, settled } from './testing/index.ts'

it('begins no transaction before the claim was answered', async () => {
  const memory = memoryStore()
  const answer = gate()
  const store: Store = {
    ...memory,
    async claim(key, request) {
      await answer.pass()
      return memory.claim(key, request)
    },
  }
  const cache = createCache({ store, read: cacheAside(), write: writeThrough() })
  const commit = vi.fn(async () => 'v2')
  const writing = cache.write({ keys: ['k'], value: (result) => result }, commit)
  await answer.reached
  await settled()
  expect(commit).not.toHaveBeenCalled()
  answer.open()
  expect(await writing).toMatchObject({ result: 'v2' })
})

it('fills nothing under a claim that timed out and may take effect late', async () => {
  const memory = memoryStore()
  let land = () => {}
  const slow: Store = {
    ...memory,
    claim(key, request) {
      land = () => memory.claim(key, request)
      return new Promise(() => {})
    },
  }
  const circuit = new Circuit({
    probe: async () => {},
    deadlineMs: 5,
    isOutage: () => true,
    runtime: systemRuntime,
  })
  const open = (store: Store) => createCache({ store, read: cacheAside(), write: writeThrough() })
  const [held, other] = [open(resilientStore(slow, circuit)), open(memory)]
  const answer = gate()
  const writing = held.write({ keys: ['k'], value: (row) => row }, async () => {
    await answer.pass()
    return 'v2'
  })
  await answer.reached
  await other.write({ keys: ['k'], value: (row) => row }, async () => 'v3')
  land()
  answer.open()
  await writing
  expect((await other.read('k', async () => 'v3')).value).toBe('v3')
})

it.each([cacheAside, stampedeLock])('begins no load before its lease was granted (%o)', async (read) => {
  const memory = memoryStore()
  const answer = gate()
  const store: Store = {
    ...memory,
    async acquire(key, request) {
      await answer.pass()
      return memory.acquire(key, request)
    },
  }
  const cache = createCache({ store, read: read(), write: invalidate() })
  const load = vi.fn(async () => 'v1')
  const reading = cache.read('k', load)
  await answer.reached
  await settled()
  expect(load).not.toHaveBeenCalled()
  answer.open()
  expect((await reading).outcome).toBe('miss')
})

it('never fills a load under the lease of a later load of the same process', async () => {
  const cache = createCache({ store: memoryStore(), read: cacheAside(), write: invalidate() })
  const [older, younger] = [gate(), gate()]
  const load = (value: string, handOver: typeof older) => async () => {
    await handOver.pass()
    return value
  }
  const first = cache.read('k', load('v1', older))
  await older.reached
  await cache.write({ keys: ['k'], value: (row) => row }, async () => 'v2')
  // With other tags it is a separate flight.
  const second = cache.read('k', load('v2', younger), { tags: ['t'] })
  await younger.reached
  older.open()
  await first
  younger.open()
  await second
  expect((await cache.read('k', async () => 'v2')).value).toBe('v2')
})

it('creates epochs that no other process creates', async () => {
  const firstOfAProcess = async () => {
    vi.resetModules()
    const { newEpoch } = await import('./entry.ts')
    return newEpoch().toString('hex')
  }
  expect(await firstOfAProcess()).not.toBe(await firstOfAProcess())
})

it('counts clock uncertainty against freshness, when loading and when serving', async () => {
  const runtime = fakeRuntime()
  const memory = memoryStore({ runtime })
  const clock = { earliest: () => runtime.now() - 10, latest: () => runtime.now() + 10 }
  const cache = createCache({
    store: { ...memory, clock },
    read: cacheAside({ ttlMs: 100 }),
    write: invalidate(),
    runtime,
  })
  await cache.read('k', async () => 'v1')
  await runtime.advance(70)
  expect((await cache.read('k', async () => 'v2')).value).toBe('v1')
  await runtime.advance(15)
  expect((await cache.read('k', async () => 'v2')).value).toBe('v2')
})

describe.each([invalidate, writeThrough])('a commit whose answer was lost', (write) => {
  it('counts as a successful one', async () => {
    const cache = createCache({ store: memoryStore(), read: cacheAside(), write: write() })
    let row = 'v1'
    const read = async () => (await cache.read('k', async () => row, { tags: ['t'] })).value
    await read()
    const writing = cache.write({ keys: ['k'], value: (row) => row }, async () => {
      row = 'v2'
      throw new Error('the connection was lost')
    })
    await expect(writing).rejects.toThrow('the connection was lost')
    expect(await read()).toBe('v2')
  })
})

it('an async listener leaves no unhandled rejection', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const read = async () => {
    throw new Error("the listener's mistake")
  }
  const cache = createCache({ store: memoryStore(), read: cacheAside(), write: invalidate(), on: { read } })
  await cache.read('k', async () => 1)
  await settled()
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

describe('close waits for a read', () => {
  /** Calls `close` while a read waits at `passed`, and opens that. Returns whether `close` resolves before the read's load has ended. */
  async function closesDuringLoad(read: ReadStrategy, over: (memory: Store, passed: Gate) => Partial<Store>) {
    const memory = memoryStore()
    const [passed, handOver] = [gate(), gate()]
    const cache = createCache({ store: { ...memory, ...over(memory, passed) }, read, write: invalidate() })
    const caller = new AbortController()
    const reading = cache.read('k', () => handOver.pass(), { signal: caller.signal })
    caller.abort(new Error('the client hung up')) // no other caller waits for it
    await expect(reading).rejects.toThrow('the client hung up')
    let isClosed = false
    const closing = Promise.all([cache.close(), cache.close()]).then(() => {
      isClosed = true
    })
    await settled()
    passed.open()
    await handOver.reached
    await settled()
    const wasEarly = isClosed
    handOver.open()
    await closing
    return wasEarly
  }

  it('that has asked the store but not yet the origin', async () => {
    const slowGet = (memory: Store, passed: Gate): Partial<Store> => ({
      async get(key, tags) {
        await passed.pass()
        return memory.get(key, tags)
      },
    })
    expect(await closesDuringLoad(cacheAside(), slowGet)).toBe(false)
  })

  it('that bypasses a store that becomes unavailable meanwhile', async () => {
    const failingAcquire = (_memory: Store, passed: Gate): Partial<Store> => ({
      async acquire() {
        await passed.pass()
        throw new CacheError('STORE_UNAVAILABLE', 'unavailable')
      },
    })
    expect(await closesDuringLoad(cacheAside(), failingAcquire)).toBe(false)
  })

  it('of a strategy that keeps nothing', async () => {
    expect(await closesDuringLoad(noCache(), () => ({}))).toBe(false)
  })
})

describe('a store without resilience that fails during a load', () => {
  const away = async () => {
    throw new CacheError('STORE_UNAVAILABLE', 'unavailable')
  }

  it('costs no second load, and leaves no unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const runtime = fakeRuntime()
    const store = { ...memoryStore(), renew: away, fill: away, release: away }
    const cache = createCache({ store, read: cacheAside({ leaseMs: 30 }), write: invalidate(), runtime })
    const handOver = gate()
    const load = vi.fn(async () => handOver.pass())
    const reading = cache.read('k', load)
    await handOver.reached
    await runtime.advance(10)
    handOver.open()
    expect(await reading).toMatchObject({ outcome: 'miss', ttlMs: 0 })
    expect(load).toHaveBeenCalledTimes(1)
    await settled()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('does not hide why the load failed', async () => {
    const cache = createCache({ store: { ...memoryStore(), release: away }, read: cacheAside(), write: invalidate() })
    const load = vi.fn(() => Promise.reject(new Error('the database is unavailable')))
    await expect(cache.read('k', load)).rejects.toThrow('the database is unavailable')
    expect(load).toHaveBeenCalledTimes(1)
  })
})
