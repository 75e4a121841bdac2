/** `peek`, and values that readers share: what a hit in memory can do without waiting. */
import { describe, expect, it } from 'vitest'
import { opened } from '../test/opened.ts'
import {
  bytesCodec,
  type Codec,
  cacheAside,
  createCache,
  invalidate,
  jsonCodec,
  memoryStore,
  noCache,
  type Store,
  sharedJsonCodec,
  staleWhileRevalidate,
  stampedeLock,
  xfetch,
} from './index.ts'
import { fakeRuntime, settled } from './testing/index.ts'

describe('peek', () => {
  it('returns what read would, and counts as a read', async () => {
    const { cache, origin } = opened(stampedeLock({ ttlMs: 1_000 }))
    expect(cache.peek('k')).toBeUndefined()
    await cache.read('k', origin.load)
    expect(cache.peek('k')).toEqual({ ...(await cache.read('k', origin.load)), asOf: expect.any(Number) })
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 1 })
  })

  it('returns no entry that has expired, was invalidated, or carries other tags', async () => {
    const { cache, origin, time } = opened(stampedeLock({ ttlMs: 1_000 }))
    const tags = ['t']
    await cache.read('k', origin.load, { tags })
    expect(cache.peek('k')).toBeUndefined()
    expect(cache.peek('k', { tags })?.value).toBe(1)
    await cache.invalidate({ tags })
    expect(cache.peek('k', { tags })).toBeUndefined()
    await cache.read('k', origin.load, { tags })
    await cache.invalidate({ keys: ['k'] })
    expect(cache.peek('k', { tags })).toBeUndefined()
    await cache.read('k', origin.load, { tags })
    await time.advance(1_000)
    expect(cache.peek('k', { tags })).toBeUndefined()
  })

  it('leaves an entry that needs a refresh to read, which refreshes it', async () => {
    const { cache, origin, time } = opened(staleWhileRevalidate({ ttlMs: 1_000, staleMs: 1_000 }))
    await cache.read('k', origin.load)
    await time.advance(1_000)
    expect(cache.peek('k')).toBeUndefined()
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 1 })
    await settled()
    expect(cache.peek('k')?.value).toBe(2)
  })

  it('does not make an early refresh rarer where chance decides', async () => {
    const chances = [0.999_999, 0.1] // at the peek, and at the read after it
    const runtime = { ...fakeRuntime(), random: () => chances.shift() ?? 0.1 }
    const cache = createCache<number>({
      store: memoryStore({ runtime }),
      read: xfetch({ ttlMs: 1_000, jitter: 0 }),
      write: invalidate(),
      runtime,
    })
    let loads = 0
    const load = async () => {
      await runtime.advance(100)
      return ++loads
    }
    const loading = cache.read('k', load)
    await loading
    chances.splice(0, chances.length, 0.999_999, 0.1)
    expect(cache.peek('k')).toBeUndefined()
    expect(await cache.read('k', load)).toMatchObject({ outcome: 'hit', value: 1 })
    await cache.close()
    expect(cache.stats()).toMatchObject({ refreshes: 1, loads: 2 })
  })

  it('returns nothing without a cache, from a store elsewhere, and from a closed store', async () => {
    const { peek: _, ...elsewhere } = memoryStore()
    const over = (store: Store, read = cacheAside()) => createCache<number>({ store, read, write: invalidate() })
    const remote = over(elsewhere)
    await remote.read('k', async () => 1)
    expect([remote.peek('k'), (await remote.get('k'))?.value]).toEqual([undefined, 1])
    expect(createCache({ store: memoryStore(), read: noCache(), write: invalidate() }).peek('k')).toBeUndefined()
    const store = memoryStore()
    const closed = over(store)
    await closed.read('k', async () => 1)
    await store.close()
    expect(closed.peek('k')).toBeUndefined()
  })
})

describe('a decoded value', () => {
  function counting<T>(codec: Codec<T>) {
    const counted = { ...codec, decodes: 0 }
    counted.decode = (bytes) => {
      counted.decodes++
      return codec.decode(bytes)
    }
    return counted
  }

  async function readTwice(codec: Codec<unknown>, store = memoryStore(), tags: string[] = []) {
    const cache = createCache({ store, read: cacheAside(), write: invalidate(), codec })
    const load = async () => ({ list: [{ title: 'Hello' }] })
    await cache.read('k', load, { tags })
    const [first, second] = [await cache.read('k', load, { tags }), await cache.read('k', load, { tags })]
    expect(second).toMatchObject({ outcome: 'hit', value: { list: [{ title: 'Hello' }] } })
    return { cache, load, first: first.value, second: second.value }
  }

  it.each([[[]], [['t']]])('that may be shared is decoded once, and frozen (tags %j)', async (tags) => {
    const codec = counting(sharedJsonCodec)
    const { first, second } = await readTwice(codec, memoryStore(), tags)
    expect(second).toBe(first)
    expect(codec.decodes).toBe(1)
    const { list } = second as { list: { title: string }[] }
    expect(() => list.push({ title: 'changed' })).toThrow(TypeError)
    expect(() => Object.assign(list[0]!, { title: 'changed' })).toThrow(TypeError)
  })

  it('of the default codec is another one for each reader', async () => {
    const { first, second } = await readTwice(jsonCodec)
    expect(second).not.toBe(first)
  })

  it('is replaced with its entry', async () => {
    const { cache, load } = await readTwice(sharedJsonCodec)
    await cache.invalidate({ keys: ['k'] })
    await cache.read('k', async () => 'new')
    expect((await cache.read('k', load)).value).toBe('new')
  })

  it('is not taken over by a cache with another codec, version or TTL on the same store', async () => {
    const store = memoryStore()
    await readTwice(sharedJsonCodec, store)
    const open = (options: object) =>
      createCache({ store, read: cacheAside(), write: invalidate(), codec: sharedJsonCodec, ...options })
    expect((await open({ codec: bytesCodec }).get('k'))?.value).toBeInstanceOf(Buffer)
    expect(await open({ version: '2' }).get('k')).toBeUndefined()
    expect((await open({ read: cacheAside({ ttlMs: 1_000 }) }).get('k'))?.ttlMs).toBeLessThanOrEqual(1_000)
    expect((await open({}).get('k'))?.value).toEqual({ list: [{ title: 'Hello' }] })
  })
})
