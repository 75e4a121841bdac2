import { describe, expect, it } from 'vitest'
import { lagMeter } from './lag.ts'

describe('lagMeter', () => {
  it('counts from the smallest delay of the turn, and ignores less than 1 ms', () => {
    const lagMs = lagMeter()
    expect([3, 3.5, 4, 40, 2.5, 4].map((late) => lagMs('a', late))).toEqual([0, 0, 0, 36, 0, 0.5])
  })

  it('starts again with each turn', () => {
    const lagMs = lagMeter()
    lagMs('a', 2)
    expect([lagMs('b', 17), lagMs('b', 20)]).toEqual([0, 2])
  })
})
