import { expect, it } from 'vitest'
import { quantilesOf } from './quantiles-of.ts'

it.each([
  [[7], 0.99, 7],
  [[30, 10, 20], 0.5, 20],
  [[4, 1, 3, 2], 0.5, 2.5],
  [[1, 2, 3, 4, 5], 0, 1],
  [[1, 2, 3, 4, 5], 0.9, 4.6],
  [[5, 4, 3, 2, 1], 1, 5],
])('of %j the quantile %d is %d, as k6 computes it', (values, share, expected) => {
  expect(quantilesOf(values)(share)).toBeCloseTo(expected, 12)
})

it('is NaN without values, and leaves the values in their order', () => {
  expect(quantilesOf([])(0.5)).toBeNaN()
  const values = [3, 1, 2]
  quantilesOf(values)
  expect(values).toEqual([3, 1, 2])
})
