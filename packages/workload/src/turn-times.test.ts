import { describe, expect, it } from 'vitest'
import { measuredMsFor, warmupMsFor } from './turn-times.ts'
import { workloads } from './workloads.ts'
import { zipf } from './zipf.ts'

describe('the times of a turn', () => {
  it.each([
    [1_000, 10_000, 10_000],
    [3_000, 10_000, 12_000],
    [5_000, 10_000, 10_000],
    [6_000, 10_000, 12_000],
    [20_000, 20_000, 40_000],
    [60_000, 30_000, 60_000],
  ])('with a TTL of %d ms are %d ms of warm-up and %d ms measured', (ttlMs, warmupMs, measuredMs) => {
    expect([warmupMsFor(ttlMs), measuredMsFor(ttlMs)]).toEqual([warmupMs, measuredMs])
  })

  it('warm up the default load for at least one TTL and measure it for at least 1.5 TTLs', () => {
    const { ttlMs } = workloads.blog
    expect(warmupMsFor(ttlMs)).toBeGreaterThanOrEqual(ttlMs)
    expect(measuredMsFor(ttlMs)).toBeGreaterThanOrEqual(1.5 * ttlMs)
  })

  it('warm up the default load until fewer than 1 % of reads are the first of their post', () => {
    const { posts, zipf: exponent, ratePerSecond, writeShare, pageShare, reportShare, ttlMs } = workloads.blog
    const popularity = zipf({ items: posts, exponent })
    const reads = ratePerSecond * (1 - writeShare - pageShare - reportShare)
    let firstReadsPerSecond = 0
    for (let rank = 1; rank <= posts; rank++) {
      const rate = reads * popularity.probability(rank)
      firstReadsPerSecond += rate * Math.exp((-rate * warmupMsFor(ttlMs)) / 1_000)
    }
    expect(firstReadsPerSecond / reads).toBeLessThan(0.01)
  })
})
