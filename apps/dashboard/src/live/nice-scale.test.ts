import { expect, it } from 'vitest'
import { niceMax } from './nice-scale.ts'

it.each([
  [0.3, 1, 1],
  [Number.NaN, 10, 10],
  [10, 10, 10],
  [11, 10, 20],
  [20, 10, 20],
  [21, 10, 50],
  [199, 10, 200],
  [501, 10, 1_000],
  [0.07, 0.01, 0.1],
])('ends the scale of %d (at least %d) at %d', (value, least, end) => {
  expect(niceMax(value, least)).toBeCloseTo(end)
})
