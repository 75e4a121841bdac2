import { describe, expect, it } from 'vitest'
import { costAxis } from './cost-axis.ts'

describe('costAxis', () => {
  it('is linear from 0 if a value is 0', () => {
    expect(costAxis(0, 50)).toMatchObject({ type: 'linear', domain: [0, 50] })
  })

  it.each([
    [0.22, 25, [0.5, 1, 2, 5, 10, 20]],
    [3.6, 7.25, [4, 5, 6, 7]],
    [0.01, 500, [0.01, 0.1, 1, 10, 100]],
    [5, 5, [5]],
  ])('has round ticks from %d to %d', (min, max, ticks) => {
    expect(costAxis(min, max)).toEqual({ type: 'log', domain: [min, max], ticks })
  })
})
