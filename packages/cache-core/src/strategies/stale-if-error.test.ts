import { describe, expect, it } from 'vitest'
import { opened } from '../../test/opened.ts'
import { CacheError, cacheAside, noCache, stampedeLock, xfetch } from '../index.ts'
import { staleIfError } from './stale-if-error.ts'

const TTL = { ttlMs: 100 }

describe.each([cacheAside(TTL), stampedeLock(TTL), xfetch(TTL)])('staleIfError of $name', (read) => {
  it('serves an expired entry for forMs if the load fails, and no longer', async () => {
    const { cache, time, origin } = opened(staleIfError(read, { forMs: 200 }))
    await cache.read('k', origin.load)
    origin.isDown = true
    await time.advance(299)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'stale', value: 1, ttlMs: -199 })
    await time.advance(1)
    await expect(cache.read('k', origin.load)).rejects.toThrow('the origin is down')
  })

  it('counts that from the end of the entry’s own TTL, at the moment of serving', async () => {
    const { cache, time, origin } = opened(staleIfError(read, { forMs: 200 }))
    const after = async (ms: number) => {
      await cache.read('k', origin.load, { ttlMs: 10 })
      await time.advance(50)
      const reading = cache.read('k', async () => {
        await time.sleep(ms)
        throw new Error('the origin is down')
      })
      reading.catch(() => {})
      await time.advance(ms)
      return reading
    }
    expect(await after(150)).toMatchObject({ outcome: 'stale', value: 1 })
    await cache.invalidate({ keys: ['k'] })
    await expect(after(160)).rejects.toThrow('the origin is down')
  })

  it('does not hide a mistake in the load', async () => {
    const { cache, time, origin } = opened(staleIfError(read, { forMs: 200 }))
    await cache.read('k', origin.load)
    await time.advance(150)
    const mistaken = cache.read('k', async ({ setTtl }) => {
      setTtl(-5)
      return 2
    })
    await expect(mistaken).rejects.toThrow(/ttlMs is -5/)
  })

  it('waits for a load that succeeds', async () => {
    const { cache, time, origin } = opened(staleIfError(read, { forMs: 200 }))
    await cache.read('k', origin.load)
    await time.advance(150)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'miss', value: 2 })
  })

  it('leaves an unavailable store to the cache, which bypasses it', async () => {
    const { cache, store, time, origin } = opened(staleIfError(read, { forMs: 200 }))
    await cache.read('k', origin.load)
    await time.advance(150)
    store.acquire = () => {
      throw new CacheError('STORE_UNAVAILABLE', 'the store became unavailable')
    }
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'bypass', value: 2 })
  })
})

describe('staleIfError', () => {
  it('keeps the limits of a strategy that serves stale values for longer', () => {
    const inner = staleIfError(cacheAside(TTL), { forMs: 500 })
    const { guarantee, lifetime } = staleIfError(inner, { forMs: 200 })
    expect([guarantee.staleForAtMostMs, lifetime.staleMs]).toEqual([600, 500])
  })

  it('refuses a strategy that keeps nothing, and invalid options', () => {
    expect(() => staleIfError(noCache() as never)).toThrow(/strategy.*no-cache.*give one that caches/)
    expect(() => staleIfError(undefined as never)).toThrow(/strategy is undefined; give a read strategy/)
    expect(() => staleIfError(cacheAside as never)).toThrow(/give a read strategy, such as cacheAside\(\)/)
    expect(() => staleIfError(cacheAside(), { forMs: -1 })).toThrow(/forMs.*-1/)
    expect(() => staleIfError(cacheAside(), { staleMs: 1 } as never)).toThrow(/staleMs/)
  })
})
