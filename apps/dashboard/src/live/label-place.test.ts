import { expect, it } from 'vitest'
import { labelPlace } from './label-place.ts'

const room = { left: 0, right: 100 }

it.each([
  ['to the right of its line', 20, 30, 20],
  ['to the left of its line at the right edge', 90, 30, 60],
  ['nowhere if it is too wide for either side', 50, 60, undefined],
  ['nowhere if its line is under a newer label', 110, 30, undefined],
])('a label goes %s', (_, x, width, place) => {
  expect(labelPlace(x, width, room)).toBe(place)
})
