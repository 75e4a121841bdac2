import { describe, expect, it } from 'vitest'
import { measuredMsFor, warmupMsFor } from './turn-times.ts'
import { workloads } from './workloads.ts'

describe('the times of a turn', () => {
  it.each([
    [1_000, 2_000, 10_000],
    [3_000, 3_000, 12_000],
    [5_000, 5_000, 10_000],
    [6_000, 6_000, 12_000],
    [60_000, 30_000, 60_000],
  ])('with a TTL of %d ms are %d ms of warm-up and %d ms measured', (ttlMs, warmupMs, measuredMs) => {
    expect([warmupMsFor(ttlMs), measuredMsFor(ttlMs)]).toEqual([warmupMs, measuredMs])
  })

  it('warm the default load for a TTL and measure it for at least 1.5', () => {
    const { ttlMs } = workloads.blog
    expect(warmupMsFor(ttlMs)).toBe(ttlMs)
    expect(measuredMsFor(ttlMs)).toBeGreaterThanOrEqual(1.5 * ttlMs)
  })
})
