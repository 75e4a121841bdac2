/** Loads of a bypassed cache: the origin is protected, and a hanging load does not block the loads of other keys. */
import { describe, expect, it, vi } from 'vitest'
import {
  type Cache,
  CacheError,
  type CacheOptions,
  cacheAside,
  createCache,
  expireOnly,
  invalidate,
  memoryStore,
  type Store,
  stampedeLock,
  type WriteLog,
  writeBehind,
} from './index.ts'
import { fakeRuntime, gate, settled } from './testing/index.ts'

const away = () => {
  throw new CacheError('STORE_UNAVAILABLE', 'unavailable')
}
const absent: Store = { ...memoryStore(), get: away, acquire: away }

function open(options: Partial<CacheOptions<unknown>> = {}): Cache<unknown> {
  return createCache({ store: absent, read: cacheAside(), write: expireOnly(), ...options })
}

/** Reads `count` keys, whose loads end once `until` is called. */
function readHanging(cache: Cache<unknown>, count: number, name = 'hanging') {
  const hanging = Promise.withResolvers<string>()
  let loads = 0
  const load = () => {
    loads++
    return hanging.promise
  }
  const reads = Array.from({ length: count }, (_, i) => cache.read(`${name} ${i}`, load))
  return { reads, end: () => hanging.resolve('late'), loads: () => loads }
}

it('loads run 32 at a time, in order; when one ends, the next in the queue gets its place', async () => {
  const cache = open({ runtime: fakeRuntime() })
  const first = readHanging(cache, 32)
  await settled()
  const then: number[] = []
  const queued = [1, 2, 3].map((i) => cache.read(`queued ${i}`, async () => then.push(i)))
  await settled()
  expect([first.loads(), then]).toEqual([32, []])
  first.end()
  await Promise.all([...first.reads, ...queued])
  expect(then).toEqual([1, 2, 3])
})

it('loads that take longer than 1 s give their places to queued loads, and continue', async () => {
  const runtime = fakeRuntime()
  const cache = open({ runtime })
  const hanging = readHanging(cache, 40)
  const answered = vi.fn()
  void cache.read('k', async () => 'v').then(answered)
  await runtime.advance(999)
  expect([hanging.loads(), answered.mock.calls.length]).toEqual([32, 0])
  await runtime.advance(1)
  expect([hanging.loads(), answered.mock.lastCall]).toEqual([40, [expect.objectContaining({ value: 'v' })]])
  hanging.end()
  expect((await Promise.all(hanging.reads)).map(({ value }) => value)).toEqual(Array(40).fill('late'))
  const more = readHanging(cache, 33)
  await settled()
  expect(more.loads(), 'no place is given back twice').toBe(32)
  more.end()
  await Promise.all(more.reads)
})

it('loads do not queue while the cache is in use', async () => {
  const cache = open({ store: memoryStore(), runtime: fakeRuntime() })
  const hanging = readHanging(cache, 100)
  expect(await cache.read('k', async () => 'v')).toMatchObject({ outcome: 'miss', value: 'v' })
  hanging.end()
  await Promise.all(hanging.reads)
})

it('loads do not queue for their own nested reads, nor wait for queued readers of the same key', async () => {
  const cache = open({ runtime: fakeRuntime() })
  const begin = gate()
  const post = async (i: number) => (await cache.read(`post ${i}`, async () => i)).value
  const page = (i: number) => cache.read(`page ${i}`, () => begin.pass().then(() => post(i)))
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const pages = numbers.map(page)
  const posts = numbers.map(post)
  begin.open()
  expect((await Promise.all(pages)).map(({ value }) => value)).toEqual(numbers)
  expect(await Promise.all(posts)).toEqual(numbers)
})

it('the time of a load in the queue counts as part of loadTimeoutMs', async () => {
  const runtime = fakeRuntime()
  const cache = open({ runtime })
  const hanging = readHanging(cache, 64)
  await settled()
  const load = vi.fn(() => new Promise(() => {}))
  const reads = [600, 1_500].map((loadTimeoutMs) => cache.read(`k ${loadTimeoutMs}`, load, { loadTimeoutMs }))
  const failures = Promise.all(reads.map((read) => read.catch((error: unknown) => error)))
  await runtime.advance(600)
  await runtime.advance(900)
  expect(await failures).toEqual([
    expect.objectContaining({
      code: 'LOAD_TIMEOUT',
      message: 'the load of "k 600" queued longer than its timeout of 600 ms',
    }),
    expect.objectContaining({
      code: 'LOAD_TIMEOUT',
      message: 'the load of "k 1500" queued longer than its timeout of 1500 ms',
    }),
  ])
  await runtime.advance(10_000)
  expect(load, 'no reader waits for it any longer').not.toHaveBeenCalled()
  const last = cache.read('last', load, { loadTimeoutMs: 1_000 })
  const failure = expect(last).rejects.toThrow('the load of "last" took longer than its timeout of 1000 ms')
  await runtime.advance(1_000)
  await failure
  hanging.end()
  await Promise.all(hanging.reads)
  const more = readHanging(cache, 33)
  await settled()
  expect(more.loads(), 'no place went to one that had left the queue').toBe(32)
  more.end()
  await Promise.all(more.reads)
})

it.each([cacheAside, stampedeLock])(
  'a load is awaited no longer than the waiting reader’s own loadTimeoutMs (%o)',
  async (read) => {
    const runtime = fakeRuntime()
    for (const store of [absent, memoryStore()]) {
      const cache = open({ store, read: read(), runtime })
      const handOver = gate()
      const load = async () => {
        await handOver.pass()
        return 'v'
      }
      const patient = cache.read('k', load)
      await handOver.reached
      const other = cache.read('k', async () => 'not asked', { loadTimeoutMs: 500 }).catch((error: unknown) => error)
      await runtime.advance(400)
      const later = cache.read('k', async () => 'not asked', { loadTimeoutMs: 500 })
      await runtime.advance(101)
      expect(await other).toMatchObject({
        code: 'LOAD_TIMEOUT',
        message: 'the load of "k" was awaited longer than its timeout of 500 ms',
      })
      handOver.open()
      expect((await patient).value).toBe('v')
      expect(await later).toMatchObject({ value: expect.any(String) })
    }
  },
)

it('loads that fail because another store is unavailable run once, and their error is the answer', async () => {
  for (const store of [absent, memoryStore()]) {
    const failure = new CacheError('STORE_UNAVAILABLE', 'the other store is unavailable')
    const load = vi.fn(() => Promise.reject(failure))
    const cache = open({ store })
    await expect(cache.read('k', load)).rejects.toBe(failure)
    expect(load).toHaveBeenCalledTimes(1)
    expect(cache.stats()).toMatchObject({ loads: 1, failedLoads: 1, failedReads: 1 })
  }
})

describe('a readMany', () => {
  /** Records the keys of each call. */
  function origin() {
    const calls: string[] = []
    const load = async (keys: readonly string[]) => {
      calls.push(keys.join())
      return new Map(keys.map((key) => [key, key]))
    }
    return { calls, load }
  }

  it('queues for one place, in which it loads all its keys by one call', async () => {
    const cache = open({ runtime: fakeRuntime() })
    const hanging = readHanging(cache, 31)
    const last = readHanging(cache, 1, 'the last')
    await settled()
    const { calls, load } = origin()
    const first = cache.readMany(['a', 'b', 'c', 'd', 'e'], load)
    await settled()
    const next = cache.read('single', async () => calls.push('single'))
    await settled()
    const second = cache.readMany(['f', 'g'], load)
    await settled()
    expect(calls).toEqual([])
    last.end()
    await Promise.all([first, next, second])
    expect(calls).toEqual(['a,b,c,d,e', 'single', 'f,g'])
    hanging.end()
    await Promise.all([...hanging.reads, ...last.reads])
    const more = readHanging(cache, 33)
    await settled()
    expect(more.loads(), 'it gave back one place').toBe(32)
    more.end()
    await Promise.all(more.reads)
  })

  it('takes one place, also if each of its loads asks a queue of writes first', async () => {
    const newest = () => Promise.reject(new Error('unavailable'))
    const log = { newest, append: newest, inTurn: newest } as unknown as WriteLog
    const cache = open({ runtime: fakeRuntime(), write: writeBehind({ log, otherwise: invalidate() }) })
    const { calls, load } = origin()
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
    const others = readHanging(cache, 31)
    const answers = await cache.readMany(keys, load)
    expect(calls).toEqual([keys.join()])
    expect(answers.size).toBe(50)
    others.end()
    await Promise.all(others.reads)
  })

  it('that queues longer than its timeout leaves the queue with all its keys', async () => {
    const runtime = fakeRuntime()
    const cache = open({ runtime })
    const hanging = readHanging(cache, 32)
    await settled()
    const { calls, load } = origin()
    const failure = cache.readMany(['a', 'b'], load, { loadTimeoutMs: 500 }).catch((error: unknown) => error)
    await runtime.advance(500)
    expect(await failure).toMatchObject({ code: 'LOAD_TIMEOUT' })
    hanging.end()
    await Promise.all(hanging.reads)
    const more = readHanging(cache, 33)
    await settled()
    expect([calls, more.loads()]).toEqual([[], 32])
    more.end()
    await Promise.all(more.reads)
  })
})
