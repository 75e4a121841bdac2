import { describe, expect, it } from 'vitest'
import { withinTrace } from './turn-times.ts'

/** 10 requests a second, for so long. */
const lasting = (seconds: number) => ({
  operations: [],
  timesMs: Array.from({ length: seconds * 10 }, (_, at) => at * 100),
})
const usual = { warmupMs: 10_000, measuredMs: 12_000 }

describe('withinTrace', () => {
  it('keeps the times if the trace is long enough', () => {
    expect(withinTrace(usual, lasting(22))).toEqual(usual)
  })

  it('measures to the end of the last second, as k6 does', () => {
    expect(withinTrace({ warmupMs: 10_000, measuredMs: 1_500 }, lasting(11.5))).toEqual({
      warmupMs: 10_000,
      measuredMs: 2_000,
    })
  })

  it.each([
    [11, 5_000, 6_000],
    [2, 909, 1_091],
    [1, 0, 1_000],
  ])('shortens the warm-up in proportion for a trace of %d s', (seconds, warmupMs, measuredMs) => {
    const times = withinTrace(usual, lasting(seconds))
    expect(times).toEqual({ warmupMs, measuredMs })
    // As flags of a resumed or repeated comparison, they give the same times again.
    expect(withinTrace(times, lasting(seconds))).toEqual(times)
  })
})
