import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../test/made-up-comparison.ts'
import { claimsOf, contradictionsBetween } from './contradictions.ts'

const comparison = (a: readonly number[], b: readonly number[]) =>
  madeUpComparison({ strategies: { a: { readP99Ms: a }, b: { readP99Ms: b } } })
const low = [1, 2, 3, 4, 5]
const high = [6, 7, 8, 9, 10]

describe('claims', () => {
  it('are made if all runs of one lie beyond all runs of the other', () => {
    expect(claimsOf(comparison(low, high))).toEqual([{ measure: 'readP99Ms', lower: 'a', higher: 'b' }])
    expect(claimsOf(comparison(low, [5, 7, 8, 9, 10]))).toEqual([])
  })

  it('contradict each other only if another comparison claims the opposite', () => {
    expect(contradictionsBetween(comparison(low, high), comparison(high, low))).toHaveLength(1)
    expect(contradictionsBetween(comparison(low, high), comparison(low, low))).toEqual([])
    expect(contradictionsBetween(comparison(low, high), comparison(low, high))).toEqual([])
  })
})
