import { describe, expect, it } from 'vitest'
import { bestTtl } from './best-ttl.ts'

const tried = [
  { ttlMs: 60_000, hitRatio: 0.99, loadsPerRead: 0.01, loadsPerSecond: 2 },
  { ttlMs: 10_000, hitRatio: 0.981, loadsPerRead: 0.019, loadsPerSecond: 4 },
  { ttlMs: 1_000, hitRatio: 0.8, loadsPerRead: 0.2, loadsPerSecond: 40 },
]
const within = (maxMs: number) => bestTtl(tried, ({ ttlMs }) => ttlMs <= maxMs)

describe('bestTtl', () => {
  it('is the shortest within a point of the best hit ratio', () => {
    expect(within(60_000)).toEqual({ outlook: tried[1], why: 'as good' })
  })

  it('is "as good" at the limit if a longer TTL brings no gain', () => {
    expect(within(10_000)).toEqual({ outlook: tried[1], why: 'as good' })
  })

  it('is chosen by loads if reads hit at any TTL', () => {
    const refreshed = [
      { ttlMs: 1_000, hitRatio: 0.981, loadsPerRead: 0.2, loadsPerSecond: 40 },
      { ttlMs: 10_000, hitRatio: 0.98, loadsPerRead: 0.02, loadsPerSecond: 4 },
      { ttlMs: 60_000, hitRatio: 0.98, loadsPerRead: 0.015, loadsPerSecond: 3 },
    ]
    expect(bestTtl(refreshed, () => true)).toEqual({ outlook: refreshed[1], why: 'as good' })
  })

  it('says "best allowed" if a TTL beyond the limit is better', () => {
    expect(within(5_000)).toEqual({ outlook: tried[2], why: 'best allowed' })
  })

  it('says "longest tried" at the end of the sweep', () => {
    expect(bestTtl(tried.slice(2), () => true)).toEqual({ outlook: tried[2], why: 'longest tried' })
    expect(bestTtl(tried, ({ loadsPerSecond }) => loadsPerSecond < 3)).toEqual({
      outlook: tried[0],
      why: 'longest tried',
    })
  })

  it('is undefined if no TTL is allowed', () => {
    expect(within(10)).toBeUndefined()
    expect(bestTtl([], () => true)).toBeUndefined()
  })
})
