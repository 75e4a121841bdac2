import { describe, expect, it } from 'vitest'
import { expiriesIn, slicesFor } from './expiries.ts'

describe('expiriesIn', () => {
  const loads = (perSlice: number[]) => expiriesIn(perSlice, 100, 500).map((expiry) => expiry.loads)

  it('groups loads that begin close together', () => {
    expect(loads([0, 3, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4])).toEqual([9, 4])
  })

  it('separates expiries at a longer gap', () => {
    expect(loads([1, 0, 0, 0, 0, 1])).toEqual([2])
    expect(loads([1, 0, 0, 0, 0, 0, 1])).toEqual([1, 1])
  })

  it('finds none without loads', () => {
    expect(loads([0, 0, 0])).toEqual([])
  })
})

describe('slicesFor', () => {
  it('has at least 5 slices in half a TTL, and enough for the whole run', () => {
    expect(slicesFor(10_000, 1000)).toEqual({ sliceMs: 100, count: 101 })
    expect(slicesFor(2000, 200)).toEqual({ sliceMs: 20, count: 101 })
  })
})
