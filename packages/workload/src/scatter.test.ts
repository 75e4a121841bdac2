import { describe, expect, it } from 'vitest'
import { scatter } from './scatter.ts'

describe('scatter', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 12, 97, 100, 1024, 10_000])('reaches each of %d ids exactly once', (items) => {
    const idOf = scatter(items)
    const ids = new Set<number>()
    for (let rank = 1; rank <= items; rank++) ids.add(idOf(rank))
    expect(ids.size).toBe(items)
    expect(Math.min(...ids)).toBe(1)
    expect(Math.max(...ids)).toBe(items)
  })

  it('gives the hottest ranks ids that are far apart, the same in every release', () => {
    expect([1, 2, 3, 4, 5].map(scatter(10_000))).toEqual([3820, 1, 6182, 2363, 8544])
  })

  it('refuses an invalid rank', () => {
    expect(() => scatter(10)(0)).toThrow(new RangeError('rank is 0; it must be a whole number from 1 to 10'))
  })
})
