/**
 * How many reads took how long: plain counts, which a Prometheus histogram exports. Unlike quantiles, counts can be summed over
 * processes and subtracted over time.
 */
import type { Outcome } from 'cache-core'

/**
 * Upper limits in milliseconds, inclusive. A quantile is interpolated within its bucket, so the limits are close where answers
 * usually fall: from a hit on an idle machine, 0.03 ms over Redis, to a load on a busy one, below 100 ms. Slower are only faults: a
 * lease ends after 2 s, and a database that hangs is given up after about 12 s.
 */
export const bucketLimitsMs = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 1_000, 10_000] as const

/** With the last bucket's, so that every time is in a bucket. */
const limits = Float64Array.from([...bucketLimitsMs, Number.POSITIVE_INFINITY])

export class LatencyBuckets {
  /** Reads per bucket, not cumulative. The last bucket has no upper limit. */
  readonly counts = new Float64Array(limits.length)
  sumMs = 0

  add(ms: number): void {
    // From the fastest bucket: most reads are hits, which need about 5 comparisons.
    let bucket = 0
    while (ms > limits[bucket]!) bucket++
    this.counts[bucket]!++
    this.sumMs += ms
  }
}

export function newBuckets(): Record<Outcome, LatencyBuckets> {
  return {
    hit: new LatencyBuckets(),
    stale: new LatencyBuckets(),
    miss: new LatencyBuckets(),
    collapsed: new LatencyBuckets(),
    bypass: new LatencyBuckets(),
  }
}
