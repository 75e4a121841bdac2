import { describe, expect, it } from 'vitest'
import { bestTtl } from './best-ttl.ts'

const tried = [
  { ttlMs: 60_000, hitRatio: 0.99, loadsPerSecond: 2 },
  { ttlMs: 10_000, hitRatio: 0.981, loadsPerSecond: 4 },
  { ttlMs: 1_000, hitRatio: 0.8, loadsPerSecond: 40 },
]
const within = (maxMs: number) => bestTtl(tried, ({ ttlMs }) => ttlMs <= maxMs)

describe('bestTtl', () => {
  it('is the shortest within a point of the best hit ratio', () => {
    expect(within(60_000)).toEqual({ outlook: tried[1], why: 'as good' })
  })

  it('is as good where what is allowed ends there, and a longer one would bring nothing', () => {
    expect(within(10_000)).toEqual({ outlook: tried[1], why: 'as good' })
  })

  it('says so where it is only the longest that is allowed', () => {
    expect(within(5_000)).toEqual({ outlook: tried[2], why: 'longest allowed' })
  })

  it('says so where it is only the longest that was tried', () => {
    expect(bestTtl(tried.slice(2), () => true)).toEqual({ outlook: tried[2], why: 'longest tried' })
    expect(bestTtl(tried, ({ loadsPerSecond }) => loadsPerSecond < 3)).toEqual({
      outlook: tried[0],
      why: 'longest tried',
    })
  })

  it('is none where none is allowed', () => {
    expect(within(10)).toBeUndefined()
    expect(bestTtl([], () => true)).toBeUndefined()
  })
})
