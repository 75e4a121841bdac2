import { expect, it } from 'vitest'
import { sumCounters } from './sum-counters.ts'

it('adds up the counters of all processes, but not the evictions of their shared Redis', () => {
  expect(
    sumCounters([
      { hits: 3, evictions: 5 },
      { hits: 4, evictions: 6 },
    ]),
  ).toEqual({ hits: 7, evictions: 6 })
})
