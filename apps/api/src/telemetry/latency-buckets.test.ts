import { expect, it } from 'vitest'
import { bucketLimitsMs, LatencyBuckets } from './latency-buckets.ts'

it('counts each time in the first bucket whose limit is not below it', () => {
  const buckets = new LatencyBuckets()
  for (const ms of [0, 0.05, 0.051, 1, 1.001, 10_000, 10_001]) buckets.add(ms)
  const counted = [...bucketLimitsMs, Number.POSITIVE_INFINITY].map((limit, i) => [limit, buckets.counts[i]])
  expect(counted.filter(([, count]) => count !== 0)).toEqual([
    [0.05, 2],
    [0.1, 1],
    [1, 1],
    [2.5, 1],
    [10_000, 1],
    [Number.POSITIVE_INFINITY, 1],
  ])
  expect(buckets.sumMs).toBeCloseTo(20_003.102, 6)
})

it('has ascending limits', () => {
  expect([...bucketLimitsMs].sort((a, b) => a - b)).toEqual(bucketLimitsMs)
})
