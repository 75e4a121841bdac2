import { describe, expect, it } from 'vitest'
import { logTicks } from './log-ticks.ts'

describe('logTicks', () => {
  it.each([
    [0.22, 25, [0.5, 1, 2, 5, 10, 20]],
    [3.6, 7.25, [4, 5, 6, 7]],
    [0.01, 500, [0.01, 0.1, 1, 10, 100]],
    [5, 5, [5]],
  ])('from %d to %d', (min, max, ticks) => {
    expect(logTicks(min, max)).toEqual(ticks)
  })
})
