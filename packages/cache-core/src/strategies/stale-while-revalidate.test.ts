import { describe, expect, it } from 'vitest'
import { opened } from '../../test/opened.ts'
import { encodeJson } from '../codec.ts'
import { createCache } from '../create-cache.ts'
import { encodeEntry, identityOf } from '../entry.ts'
import { invalidate } from './invalidate.ts'
import { staleWhileRevalidate } from './stale-while-revalidate.ts'

const LIMITS = { ttlMs: 100, staleMs: 200, staleIfErrorMs: 500 }
const open = () => opened(staleWhileRevalidate(LIMITS))

describe('staleWhileRevalidate', () => {
  it('serves the stale value, and loads in the background', async () => {
    const { cache, time, origin } = open()
    await cache.read('k', origin.load)
    await time.advance(299)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 1 })
    await time.advance(0)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'hit', value: 2 })
    expect(origin.loads).toBe(2)
  })

  it('lets a reader wait once staleMs has ended', async () => {
    const { cache, time, origin } = open()
    await cache.read('k', origin.load)
    await time.advance(300)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'miss', value: 2 })
  })

  it.each([
    ['by key', { keys: ['k'] }],
    ['by tag', { tags: ['t'] }],
  ])('does not serve a value that was invalidated %s', async (_how, touched) => {
    const { cache, time, origin } = open()
    const read = () => cache.read('k', origin.load, { tags: ['t'] })
    await read()
    await time.advance(150)
    await cache.write({ keys: [], ...touched }, async () => {})
    origin.isDown = true
    await expect(read()).rejects.toThrow('the origin is down')
    origin.isDown = false
    expect(await read()).toMatchObject({ outcome: 'miss', value: 2 })
  })

  it('serves the stale value if the load fails, until staleIfErrorMs has ended, and no longer', async () => {
    const { cache, time, origin } = open()
    await cache.read('k', origin.load)
    origin.isDown = true
    await time.advance(599)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 1 })
    await time.advance(1)
    await expect(cache.read('k', origin.load)).rejects.toThrow('the origin is down')
  })

  it('retries a failed refresh once a second, for any number of reads, and refreshes a new entry immediately', async () => {
    const { cache, time, origin } = opened(staleWhileRevalidate({ ttlMs: 100, staleMs: 60_000 }))
    await cache.read('k', origin.load)
    let tries = 0
    const fail = async () => {
      tries++
      throw new Error('the origin is down')
    }
    await time.advance(100)
    for (let ms = 0; ms < 3_000; ms += 10) {
      expect((await cache.read('k', fail)).outcome).toBe('stale')
      await time.advance(10)
    }
    expect(tries).toBe(3)
    // A new entry is not affected.
    await cache.set('k', 7)
    await time.advance(100)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 7 })
    await time.advance(0)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'hit', value: 2 })
  })

  it('immediately refreshes an entry that was kept with a longer TTL than the current one', async () => {
    const { cache, store, time, origin } = opened(staleWhileRevalidate({ ttlMs: 60_000, staleMs: 60_000 }))
    await cache.read('k', origin.load)
    const read = staleWhileRevalidate({ ttlMs: 100, staleMs: 60_000 })
    const tuned = createCache<number>({ store, read, write: invalidate(), runtime: time })
    await time.advance(150)
    expect(await tuned.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 1 })
    await time.advance(0)
    expect(await tuned.read('k', origin.load)).toMatchObject({ outcome: 'hit', value: 2 })
  })

  it('refreshes an entry that arrives while it waits for another process’s lease, long before the lease ends', async () => {
    const { cache, store, time, origin } = opened(staleWhileRevalidate({ ttlMs: 100, staleMs: 60_000 }))
    await cache.read('k', origin.load)
    await time.advance(100)
    // Another process holds the lease for long, fills, and that entry expires too.
    const { bytes } = await store.get('k', [])
    await store.acquire('k', { token: 'other', leaseMs: 600_000, seen: identityOf(bytes!), tags: [] })
    expect((await cache.read('k', origin.load)).outcome).toBe('stale')
    await time.advance(0)
    const [loadedAt, freshUntil] = [time.now(), time.now() + 100]
    const entry = encodeEntry({ key: 'k', payload: encodeJson(9), loadedAt, freshUntil, loadMs: 0, epochs: [] })
    expect(await store.fill('k', { token: 'other', entry, expiresAt: freshUntil + 60_000 })).toBe(true)
    await time.advance(100)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 9 })
    await time.advance(0)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'hit', value: 2 })
  })

  it('guarantees the longest of its limits', () => {
    expect(staleWhileRevalidate(LIMITS).guarantee.staleForAtMostMs).toBe(600)
    expect(staleWhileRevalidate({ ttlMs: 100, staleMs: 200 }).guarantee.staleForAtMostMs).toBe(500)
  })

  it('refuses a staleIfErrorMs below staleMs', () => {
    expect(() => staleWhileRevalidate({ ...LIMITS, staleIfErrorMs: 199 })).toThrow(/staleIfErrorMs.*199.*from 200/)
  })
})
