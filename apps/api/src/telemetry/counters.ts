/** Counters of one strategy: plain numbers, whose cost per read is too small to measure. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Outcome } from 'cache-core'

export const outcomes = ['hit', 'stale', 'miss', 'collapsed', 'bypass'] as const satisfies readonly Outcome[]

/** The counter of each outcome, as named by the HTTP contract. Their sum is `reads`. */
export const outcomeCounter = {
  hit: 'hits',
  stale: 'stale',
  miss: 'misses',
  collapsed: 'collapsed',
  bypass: 'bypassed',
} as const satisfies Record<Outcome, string>

const newCounts = () => ({
  hits: 0,
  stale: 0,
  misses: 0,
  collapsed: 0,
  bypassed: 0,
  /** Reads that got no value because the origin failed. Neither these nor refused reads count in `reads`. */
  failedReads: 0,
  /** Loads started, including those for warming. */
  loads: 0,
  fills: 0,
  refusedFills: 0,
  /** Background refreshes started, of posts, lists, reports and whole pages. */
  refreshes: 0,
  /** Failed background refreshes. They are neither failed reads nor store errors: readers get the old value. */
  failedRefreshes: 0,
  /** Keys and tags invalidated; invalidating everything counts as one. */
  invalidations: 0,
  /** Store commands that failed. */
  errors: 0,
  evictions: 0,
  /** Writes acknowledged. */
  writes: 0,
})

export type CountName = keyof ReturnType<typeof newCounts>

/** In microseconds, with 2 significant digits. Longer latencies count as `highest`. */
const HISTOGRAM = { lowest: 1, highest: 60_000_000, figures: 2 }

export class Counters {
  counts = newCounts()
  since = new Date()
  #latency = newLatency()

  /** Counts one read, answered `ms` after it arrived. */
  read(outcome: Outcome, ms: number): void {
    this.counts[outcomeCounter[outcome]]++
    this.#latency[outcome].record(Math.min(Math.max(1, Math.round(ms * 1_000)), HISTOGRAM.highest))
  }

  reset(): void {
    this.counts = newCounts()
    this.#latency = newLatency()
    this.since = new Date()
  }

  /** As `GET /api/stats` shows it. */
  snapshot() {
    const { hits, stale, misses, collapsed, bypassed } = this.counts
    const all = createHistogram(HISTOGRAM)
    for (const outcome of outcomes) all.add(this.#latency[outcome])
    return {
      since: this.since.toISOString(),
      reads: hits + stale + misses + collapsed + bypassed,
      ...this.counts,
      latencyMs: {
        all: quantiles(all),
        hit: quantiles(this.#latency.hit),
        stale: quantiles(this.#latency.stale),
        miss: quantiles(this.#latency.miss),
        collapsed: quantiles(this.#latency.collapsed),
        bypass: quantiles(this.#latency.bypass),
      },
    }
  }
}

function newLatency(): Record<Outcome, RecordableHistogram> {
  const one = () => createHistogram(HISTOGRAM)
  return { hit: one(), stale: one(), miss: one(), collapsed: one(), bypass: one() }
}

/** In milliseconds; null if there were no reads. */
function quantiles(histogram: RecordableHistogram) {
  const at = (percentile: number) => (histogram.count === 0 ? null : histogram.percentile(percentile) / 1_000)
  return {
    count: histogram.count,
    p50: at(50),
    p95: at(95),
    p99: at(99),
    max: histogram.count === 0 ? null : histogram.max / 1_000,
  }
}
