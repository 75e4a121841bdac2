import { describe, expect, it } from 'vitest'
import { timetable } from './timetable.ts'

describe('timetable', () => {
  it('starts each operation in the middle of its interval', () => {
    const { operations, timeAtMs } = timetable([{ ratePerSecond: 4, durationMs: 1_000 }])
    expect(operations).toBe(4)
    expect([0, 1, 2, 3].map(timeAtMs)).toEqual([125, 375, 625, 875])
  })

  it('has the exact number of operations in each stage', () => {
    const rates = [200, 0, 7, 3, 0, 0, 1_001, 1, 0, 13]
    const { operations, timeAtMs, operationsBefore } = timetable(
      rates.map((ratePerSecond) => ({ ratePerSecond, durationMs: 1_000 })),
    )
    expect(operations).toBe(rates.reduce((sum, rate) => sum + rate, 0))
    const seen = rates.map(() => 0)
    let last = 0
    for (let n = 0; n < operations; n++) {
      const time = timeAtMs(n)
      expect(time).toBeGreaterThan(last)
      last = time
      seen[Math.floor(time / 1_000)]!++
    }
    expect(seen).toEqual(rates)
    let before = 0
    rates.forEach((rate, second) => {
      expect(operationsBefore(second * 1_000)).toBe(before)
      before += rate
    })
  })

  it('counts the operations that begin before a given time', () => {
    const { operations, timeAtMs, operationsBefore } = timetable([
      { ratePerSecond: 3, durationMs: 500 },
      { ratePerSecond: 12.5, durationMs: 4_321 },
    ])
    expect(operations).toBe(56) // 1.5 + 54.0125 operations' worth of time; the 56th begins at 55.5
    for (let n = 0; n < operations; n++) {
      expect(operationsBefore(timeAtMs(n) - 0.01)).toBe(n)
      expect(operationsBefore(timeAtMs(n) + 0.01)).toBe(n + 1)
    }
  })

  it('has no operation without a rate, and refuses indexes out of range', () => {
    const { operations, timeAtMs } = timetable([{ ratePerSecond: 0, durationMs: 1_000 }])
    expect(operations).toBe(0)
    expect(() => timeAtMs(0)).toThrow('operation is 0; it must be a whole number from 0 to -1')
  })

  it('names the invalid stage', () => {
    expect(() => timetable([{ ratePerSecond: -1, durationMs: 1 }])).toThrow(
      new RangeError('ratePerSecond of stage 1 is -1; it must be a number from 0 to 1000000'),
    )
  })
})
