import { describe, expect, it } from 'vitest'
import { opened } from '../../test/opened.ts'
import type { Entry } from '../entry.ts'
import { fakeRuntime } from '../testing/index.ts'
import { refreshAhead } from './refresh-ahead.ts'

describe('refreshAhead', () => {
  it('refreshes in the background on a read in the last part of the TTL, and not before', async () => {
    const { cache, time, origin } = opened(refreshAhead({ ttlMs: 100, ahead: 0.3 }))
    const read = async () => {
      const { outcome, value } = await cache.read('k', origin.load)
      await time.advance(0)
      return [outcome, value]
    }
    expect(await read()).toEqual(['miss', 1])
    await time.advance(69)
    expect([await read(), origin.loads]).toEqual([['hit', 1], 1])
    await time.advance(1)
    expect([await read(), origin.loads]).toEqual([['hit', 1], 2])
    expect([await read(), origin.loads]).toEqual([['hit', 2], 2])
  })

  it('computes that part from the entry’s own TTL', async () => {
    const { cache, time, origin } = opened(refreshAhead({ ttlMs: 100, ahead: 0.5 }))
    await cache.read('k', origin.load, { ttlMs: 10 })
    await time.advance(4)
    await cache.read('k', origin.load, { ttlMs: 10 })
    await time.advance(0)
    expect(origin.loads).toBe(1)
    await time.advance(1)
    await cache.read('k', origin.load, { ttlMs: 10 })
    await time.advance(0)
    expect(origin.loads).toBe(2)
  })

  it('lets a reader wait if the entry was not read in that part', async () => {
    const { cache, time, origin } = opened(refreshAhead({ ttlMs: 100 }))
    await cache.read('k', origin.load)
    await time.advance(100)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'miss', value: 2 })
  })

  it('serves the existing entry if the refresh fails, until the TTL ends', async () => {
    const { cache, time, origin } = opened(refreshAhead({ ttlMs: 100 }))
    await cache.read('k', origin.load)
    origin.isDown = true
    await time.advance(90)
    expect(await cache.read('k', origin.load)).toMatchObject({ outcome: 'hit', value: 1 })
    await time.advance(10)
    await expect(cache.read('k', origin.load)).rejects.toThrow('the origin is down')
  })
})

it('an expired entry is a miss, even if a store still has it', () => {
  const entry = { loadedAt: 0, freshUntil: 100 } as Entry
  const { evaluate } = refreshAhead({ ttlMs: 100 })
  const verdicts = [79, 80, 99, 100].map((now) => evaluate(entry, { key: 'k', now, runtime: fakeRuntime() }))
  expect(verdicts).toEqual(['serve', 'refresh', 'refresh', 'miss'])
})
