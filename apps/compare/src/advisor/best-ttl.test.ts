import { describe, expect, it } from 'vitest'
import { bestTtl } from './best-ttl.ts'

const outlook = [
  { ttlMs: 60_000, hitRatio: 0.99, loadsPerSecond: 2 },
  { ttlMs: 10_000, hitRatio: 0.981, loadsPerSecond: 4 },
  { ttlMs: 1_000, hitRatio: 0.8, loadsPerSecond: 40 },
]
const nothing = { mayLoseWrites: false }

describe('bestTtl', () => {
  it('is the shortest within a point of the best hit ratio', () => {
    expect(bestTtl(outlook, nothing, false)?.ttlMs).toBe(10_000)
  })

  it('keeps below what the database bears', () => {
    expect(bestTtl(outlook, { ...nothing, maxLoadsPerSecond: 3 }, false)?.ttlMs).toBe(60_000)
  })

  it('keeps within the staleness allowed, where nothing but the TTL bounds it', () => {
    const strict = { ...nothing, maxStalenessMs: 5_000 }
    expect([bestTtl(outlook, strict, true)?.ttlMs, bestTtl(outlook, strict, false)?.ttlMs]).toEqual([1_000, 10_000])
  })

  it('is none where none stays below the limits', () => {
    expect(bestTtl(outlook, { ...nothing, maxLoadsPerSecond: 1 }, false)).toBeUndefined()
    expect(bestTtl([], nothing, false)).toBeUndefined()
  })
})
