/** A load that waits for itself fails with an error that names the keys. Readers outside the cycle are answered. */
import { describe, expect, it, vi } from 'vitest'
import {
  type Cache,
  CacheError,
  cacheAside,
  createCache,
  expireOnly,
  memoryStore,
  noCache,
  type ReadStrategy,
  type Store,
  stampedeLock,
} from './index.ts'
import { fakeRuntime, type Gate, gate, settled } from './testing/index.ts'

type Nested = Pick<Cache<unknown>, 'read'>

function open(read: ReadStrategy, store: Store = memoryStore()): Cache<unknown> {
  return createCache({ store, read, write: expireOnly() })
}

/** A store that becomes unavailable when `leave` is called. */
function leaving(): { store: Store; leave: () => void } {
  const memory = memoryStore()
  let isAway = false
  const orAway = <A extends unknown[], R>(command: (...args: A) => R) => {
    return (...args: A): R => {
      if (isAway) throw new CacheError('STORE_UNAVAILABLE', 'unavailable')
      return command(...args)
    }
  }
  const store = { ...memory, get: orAway(memory.get), acquire: orAway(memory.acquire) }
  return {
    store,
    leave() {
      isAway = true
    },
  }
}

/** A load of `key` that reads the next of `keys`, and so on. */
async function readChain(cache: Nested, [key, ...others]: readonly string[]): Promise<unknown> {
  const load = async () => (others.length === 0 ? 'the last' : readChain(cache, others))
  return (await cache.read(key!, load)).value
}

const cycle = (key: string, path: string) =>
  expect.objectContaining({ code: 'LOAD_CYCLE', key, message: expect.stringContaining(path) })

async function outcomes(reads: readonly Promise<unknown>[]): Promise<unknown[]> {
  const all = await Promise.allSettled(reads)
  return all.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))
}

const away = leaving()
away.leave()

describe.each([
  ['cache-aside', () => open(cacheAside())],
  ['stampede-lock', () => open(stampedeLock())],
  ['no-cache', () => open(noCache())],
  ['a store that is unavailable', () => open(cacheAside(), away.store)],
])('a load under %s', (_name, make) => {
  it('that reads its own key gets an error, and the key is free', async () => {
    const cache = make()
    await expect(readChain(cache, ['a', 'a'])).rejects.toEqual(cycle('a', '"a" waits for itself: a → a;'))
    expect(await readChain(cache, ['a'])).toBe('the last')
  })

  it('that reads its own key through others gets an error that names them', async () => {
    const cache = make()
    await expect(readChain(cache, ['a', 'b', 'a'])).rejects.toEqual(cycle('a', ': a → b → a;'))
    await expect(readChain(cache, ['x', 'a', 'b', 'a'])).rejects.toEqual(cycle('a', ': a → b → a;'))
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
    await expect(readChain(cache, [...keys, 'k0'])).rejects.toEqual(cycle('k0', `: ${[...keys, 'k0'].join(' → ')};`))
    expect(await readChain(cache, keys)).toBe('the last')
  })

  it('that reads its own key concurrently with others gets the error too', async () => {
    const cache = make()
    const load = async () => Promise.all(['b', 'c', 'a'].map((key) => readChain(cache, [key])))
    await expect(cache.read('a', load)).rejects.toEqual(cycle('a', ': a → a;'))
  })

  it('that reads its own key together with others gets the error, and nothing is left that close waits for', async () => {
    const cache = make()
    const loadMany = vi.fn(async (keys: readonly string[]) => new Map(keys.map((key) => [key, 'value'])))
    const load = async () => cache.readMany(['a', 'b'], loadMany)
    await expect(cache.read('a', load)).rejects.toEqual(cycle('a', ': a → a;'))
    await cache.close()
    expect(loadMany.mock.calls.map(([keys]) => keys)).toEqual([['b']])
  })

  it('may read the same key twice, and keys that its waiters read', async () => {
    const cache = make()
    const load = async () => Promise.all([readChain(cache, ['b', 'c']), readChain(cache, ['b', 'c'])])
    expect((await cache.read('a', load)).value).toEqual(['the last', 'the last'])
  })

  it('may read its key in a cache over another store', async () => {
    const [cache, other] = [make(), open(cacheAside())]
    const { value } = await cache.read('a', async () => (await other.read('a', async () => 'theirs')).value)
    expect(value).toBe('theirs')
  })

  it('does not count reads that it began without awaiting them', async () => {
    const cache = make()
    const [isOver, inB] = [gate(), gate()]
    const late: Promise<unknown>[] = []
    await cache.read('a', async () => {
      late.push(
        cache.read('b', async () => {
          await inB.pass()
          return readChain(cache, ['a'])
        }),
        isOver.pass().then(() => readChain(cache, ['a'])),
      )
      return 'v1'
    })
    await inB.reached
    await cache.invalidate({ keys: ['a'] })
    isOver.open()
    inB.open()
    expect(await outcomes(late)).toEqual([expect.objectContaining({ value: 'the last' }), 'the last'])
  })
})

describe.each([cacheAside, stampedeLock])('two callers whose loads read each other’s key (%o)', (read) => {
  /** Each reads one key, and once both loads run, the other's: the first caller first. */
  async function meet(first: Nested, second: Nested = first) {
    const [a, b] = [gate(), gate()]
    const crossing = (own: Gate, cache: Nested, key: string) => async () => {
      await own.pass()
      return `${(await cache.read(key, async () => `${key} alone`)).value} and more`
    }
    const reads = [first.read('a', crossing(a, first, 'b')), second.read('b', crossing(b, second, 'a'))]
    await Promise.all([a.reached, b.reached])
    a.open()
    await settled()
    b.open()
    return (await outcomes(reads)).map((one) => (one as { value?: unknown }).value ?? one)
  }

  it('get an error and the value, one each', async () => {
    const cache = open(read())
    expect(await meet(cache)).toEqual(['b alone and more', cycle('a', ': a → b → a;')])
    expect(await readChain(cache, ['a'])).toBe('b alone and more')
    expect(await readChain(cache, ['b'])).toBe('b alone')
  })

  it('get no error if their caches are over two stores', async () => {
    const [a, b] = await meet(open(read()), open(read()))
    expect([a, b]).toEqual(['b alone and more', 'a alone and more'])
  })

  it('with many concurrent readers: one gets the error, and all others get their values', async () => {
    const cache = open(read())
    const reads = Array.from({ length: 20 }, (_, i) => {
      const [own, next] = i % 2 === 0 ? ['a', 'b'] : ['b', 'a']
      return cache.read(own!, async () => {
        await settled()
        return (await cache.read(next!, async () => `${next} alone`)).value
      })
    })
    const failures = (await outcomes(reads)).filter((one) => one instanceof Error)
    expect(failures).toEqual([expect.objectContaining({ code: 'LOAD_CYCLE' })])
  })
})

it('two such callers in two caches over one store, one waiting for the other’s lease, get one error', async () => {
  const store = memoryStore()
  const [first, second] = [open(stampedeLock(), store), open(stampedeLock(), store)]
  const [a, b] = [gate(), gate()]
  const reads = [
    first.read('a', async () => {
      await a.pass()
      return readChain(first, ['b'])
    }),
    second.read('b', async () => {
      await b.pass()
      return readChain(second, ['a'])
    }),
  ]
  await Promise.all([a.reached, b.reached])
  a.open()
  await settled()
  b.open()
  const [one, other] = await outcomes(reads)
  expect([(one as { value: unknown }).value, other]).toEqual(['the last', cycle('a', ': a → b → a;')])
})

it('gives readers that waited for a load with a cycle the values of their own loads', async () => {
  const cache = open(stampedeLock())
  const first = readChain(cache, ['a', 'a'])
  const others = [cache.read('a', async () => 1), cache.read('a', async () => 2)]
  await expect(first).rejects.toEqual(cycle('a', ': a → a;'))
  expect((await Promise.all(others)).map(({ value, outcome }) => [value, outcome])).toEqual([
    [1, 'miss'],
    [2, 'miss'],
  ])
})

it('the load of a key may read another key whose load no longer waits for the first', async () => {
  const cache = open(cacheAside())
  const caller = new AbortController()
  const [first, second] = [gate(), gate()]
  const a = cache.read('a', async () => {
    const reading = cache.read(
      'b',
      async () => {
        await first.pass()
        return readChain(cache, ['a'])
      },
      { signal: caller.signal },
    )
    await reading.catch(() => second.pass())
    return 'a without b'
  })
  await first.reached
  const b = cache.read('b', async () => 'not asked')
  caller.abort()
  await second.reached
  first.open()
  await settled()
  second.open()
  expect((await a).value).toBe('a without b')
  expect((await b).value).toBe('a without b')
})

it('a background refresh may read its own key while the entry is still there', async () => {
  const runtime = fakeRuntime()
  const read = cacheAside({ ttlMs: 100 })
  const refreshing: ReadStrategy = {
    ...read,
    lifetime: { ...read.lifetime, staleMs: 100 },
    guarantee: { ...read.guarantee, staleForAtMostMs: 200 },
    evaluate: (entry, { now }) => (now < entry.freshUntil ? 'serve' : 'refresh'),
  }
  const finished = vi.fn()
  const cache = createCache<number>({
    store: memoryStore({ runtime }),
    read: refreshing,
    write: expireOnly(),
    runtime,
    on: { refresh: (event) => finished(event.finished) },
  })
  const next = async (): Promise<number> => ((await cache.read('n', async () => 0)).value ?? 0) + 1
  await cache.read('n', async () => 0)
  await runtime.advance(150)
  expect(await cache.read('n', next)).toMatchObject({ outcome: 'stale', value: 0 })
  await finished.mock.lastCall![0]
  expect((await cache.read('n', next)).value).toBe(1)
  await runtime.advance(150)
  await cache.read('n', async () => {
    await cache.invalidate({ keys: ['n'] })
    return next()
  })
  await expect(finished.mock.lastCall![0]).rejects.toEqual(cycle('n', ': n → n;'))
})
