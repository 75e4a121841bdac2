/** `readMany`: one lookup and one load for many keys, each under the same guard as by `read`. */
import { describe, expect, it } from 'vitest'
import {
  CacheError,
  createCache,
  invalidate,
  noCache,
  type Store,
  staleWhileRevalidate,
  stampedeLock,
} from '../src/index.ts'
import { gate } from '../src/testing/index.ts'
import { backends } from './backends.ts'
import { processesOn } from './processes.ts'

/** Loads `value of KEY`, and records the keys of each call. */
function origin() {
  const calls: (readonly string[])[] = []
  const load = async (keys: readonly string[]) => {
    calls.push(keys)
    return new Map(keys.map((key) => [key, `value of ${key}`]))
  }
  return { calls, load }
}

describe.each(backends)('$name', ({ makeStore }) => {
  const processes = async (read = stampedeLock()) => processesOn(await makeStore(), read)

  it('loads the missing keys by one call, each key once, and answers in the given order', async () => {
    const cache = (await processes())()
    await cache.read('b', async () => 'b was here')
    const { calls, load } = origin()
    const answers = await cache.readMany(['c', 'b', 'a', 'c'], load)
    expect([...answers].map(([key, { outcome, value }]) => [key, outcome, value])).toEqual([
      ['c', 'miss', 'value of c'],
      ['b', 'hit', 'b was here'],
      ['a', 'miss', 'value of a'],
    ])
    expect(calls).toEqual([['c', 'a']])
    const again = await cache.readMany(['a', 'b', 'c'], load)
    expect([...again.values()].map(({ outcome }) => outcome)).toEqual(['hit', 'hit', 'hit'])
    expect(calls).toHaveLength(1)
    expect(cache.stats()).toMatchObject({ hits: 4, misses: 3, loads: 3, fills: 3 })
  })

  it('reads no keys without a call', async () => {
    const { calls, load } = origin()
    expect(await (await processes())().readMany([], load)).toEqual(new Map())
    expect(calls).toEqual([])
  })

  it('keeps the absence of a key that the load leaves out', async () => {
    const cache = (await processes())()
    await cache.readMany(['here', 'absent'], async () => new Map([['here', 1]]))
    const answers = await cache.readMany(['here', 'absent'], async () => new Map())
    expect([...answers.values()]).toMatchObject([
      { outcome: 'hit', value: 1 },
      { outcome: 'hit', value: undefined },
    ])
  })

  it('applies tags to each key, and the context to one', async () => {
    const cache = (await processes())()
    const options = { tags: ['t'] }
    await cache.readMany(
      ['kept', 'skipped'],
      async (keys, contextOf) => {
        contextOf('skipped').skip()
        expect(() => contextOf('other')).toThrow('key is "other"')
        return new Map(keys.map((key) => [key, 1]))
      },
      options,
    )
    expect((await cache.get('kept', options))?.value).toBe(1)
    expect(await cache.get('skipped', options)).toBeUndefined()
    await cache.invalidate({ tags: ['t'] })
    expect(await cache.get('kept', options)).toBeUndefined()
  })

  it('does not keep a value that a write replaced during the load, and keeps the others', async () => {
    const process = await processes()
    const [p1, p2] = [process(), process()]
    const handOver = gate()
    const reading = p1.readMany(['written', 'other'], async (keys) => {
      await handOver.pass()
      return new Map(keys.map((key) => [key, 'old']))
    })
    await handOver.reached
    await p2.write({ keys: ['written'] }, async () => 'new')
    handOver.open()
    await reading
    expect(await p2.get('written')).toBeUndefined()
    expect((await p2.get('other'))?.value).toBe('old')
  })

  it('does not wait for another process’s load before it loads its own keys', async () => {
    const process = await processes()
    const [p1, p2] = [process(), process()]
    const theirs = gate()
    const slow = p1.read('theirs', async () => {
      await theirs.pass()
      return 'by p1'
    })
    await theirs.reached
    const mine = gate()
    const reading = p2.readMany(['theirs', 'mine'], async (keys) => {
      expect(keys).toEqual(['mine'])
      await mine.pass()
      return new Map([['mine', 'by p2']])
    })
    await mine.reached // while p1's load is still running
    mine.open()
    theirs.open()
    expect([...(await reading).values()].map(({ value }) => value)).toEqual(['by p1', 'by p2'])
    await slow
  })

  it('joins a load of the same process, which may be a part of another readMany', async () => {
    const cache = (await processes())()
    const { calls, load } = origin()
    const [first, second, third] = await Promise.all([
      cache.readMany(['a', 'b'], load),
      cache.readMany(['b', 'c'], load),
      cache.read('a', async () => (await load(['a'])).get('a')),
    ])
    expect(calls.flat().sort()).toEqual(['a', 'b', 'c'])
    expect([first.get('b')?.value, second.get('b')?.value, third.value]).toEqual([
      'value of b',
      'value of b',
      'value of a',
    ])
  })

  it('fails with the error of its load, and releases every lease', async () => {
    const process = await processes()
    const cache = process()
    const down = () => cache.readMany(['a', 'b'], () => Promise.reject(new Error('down')))
    await expect(down()).rejects.toThrow('down')
    await expect.poll(async () => [await process.lease('a'), await process.lease('b')]).toEqual(['free', 'free'])
    await expect(cache.readMany(['a'], async () => ({}) as never)).rejects.toThrow('the result of loadMissing is')
  })

  it('fails instead of waiting forever for a load that reads one of its own keys', async () => {
    const cache = (await processes())()
    const { load } = origin()
    for (const key of ['a', 'b']) {
      const reading = cache.readMany(['a', 'b'], async () => {
        await cache.read(key, async () => 'nested')
        return new Map()
      })
      await expect(reading, key).rejects.toMatchObject({ code: 'LOAD_CYCLE' })
    }
    expect((await cache.readMany(['a', 'b'], load)).size).toBe(2)
  })

  it('is not mistaken for such a load while another one loads the same keys in another order', async () => {
    const store = (await makeStore()).open()
    const refuse = () => Promise.reject(new CacheError('STORE_UNAVAILABLE', 'away'))
    let isAway = false
    const flaky: Store = {
      ...store,
      get: (key, tags) => (isAway ? refuse() : store.get(key, tags)),
      getMany: (keys, tags) => (isAway ? refuse() : Promise.all(keys.map((key) => store.get(key, tags)))),
    }
    const cache = createCache({ store: flaky, read: stampedeLock(), write: invalidate() })
    const handOver = gate()
    const values = async (keys: readonly string[]) => new Map(keys.map((key) => [key, 'value']))
    const first = cache.readMany(['b', 'a'], async (keys) => {
      await handOver.pass()
      return values(keys)
    })
    await handOver.reached
    isAway = true // the next one bypasses, and so does not wait for the first
    expect((await cache.readMany(['a', 'b'], values)).size).toBe(2)
    handOver.open()
    expect((await first).size).toBe(2)
  })

  it('refreshes stale entries in the background, each once', async () => {
    const cache = (await processes(staleWhileRevalidate({ ttlMs: 1, staleMs: 60_000 })))()
    const { calls, load } = origin()
    await cache.readMany(['a', 'b'], load)
    await expect.poll(async () => (await cache.get('b'))?.outcome).toBe('stale')
    const answers = await cache.readMany(['a', 'b'], load)
    expect([...answers.values()].map(({ outcome }) => outcome)).toEqual(['stale', 'stale'])
    await cache.close()
    expect(calls.slice(1).flat().sort()).toEqual(['a', 'b'])
  })

  it('reads an entry again that expires while others are loaded', async () => {
    const cache = (await processes(stampedeLock({ ttlMs: 300 })))()
    await cache.readMany(['hit'], async () => new Map([['hit', 'old']]))
    const calls: (readonly string[])[] = []
    const answers = await cache.readMany(['hit', 'missing'], async (keys) => {
      calls.push(keys)
      if (keys.includes('missing')) {
        await expect.poll(() => cache.get('hit'), { timeout: 5_000, interval: 20 }).toBeUndefined()
      }
      return new Map(keys.map((key) => [key, 'new']))
    })
    expect([calls, answers.get('hit')?.value]).toEqual([[['missing'], ['hit']], 'new'])
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 3 })
  })

  it('loads all keys by one call while the store is unavailable', async () => {
    const store = (await makeStore()).open()
    const refuse = () => Promise.reject(new CacheError('STORE_UNAVAILABLE', 'away'))
    const away: Store = { ...store, get: refuse, getMany: refuse }
    const cache = createCache({ store: away, read: stampedeLock(), write: invalidate() })
    const { calls, load } = origin()
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
    const answers = await cache.readMany(keys, load)
    expect(calls).toEqual([keys])
    expect([...answers.values()].every(({ outcome }) => outcome === 'bypass')).toBe(true)
  })
})

it('loads all keys by one call without a cache', async () => {
  const [backend] = backends
  const cache = processesOn(await backend!.makeStore())({ read: noCache() })
  const { calls, load } = origin()
  expect([...(await cache.readMany(['b', 'a', 'b'], load))].map(([key, { outcome }]) => [key, outcome])).toEqual([
    ['b', 'bypass'],
    ['a', 'bypass'],
  ])
  expect(calls).toEqual([['b', 'a']])
})
