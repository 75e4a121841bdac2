/** Counters of one strategy: plain numbers, whose cost per read is too small to measure. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Outcome } from 'cache-core'
import { newBuckets } from './latency-buckets.ts'

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
  /** Reads that returned a value that an acknowledged write had replaced before they began. */
  staleReads: 0,
  /** Operations sent to a store outside this process, about one command each. */
  storeCalls: 0,
})

export type CountName = keyof ReturnType<typeof newCounts>

/** Latencies: in microseconds, with 2 significant digits. Longer ones count as `highest`. */
const LATENCY = { lowest: 1, highest: 60_000_000, figures: 2 }
/** How long a value had been replaced: in milliseconds. */
const STALE_FOR = { lowest: 1, highest: 86_400_000, figures: 2 }

export class Counters {
  counts = newCounts()
  since = new Date()
  /** For `/metrics`. */
  buckets = newBuckets()
  #latency = newLatency()
  #staleFor = createHistogram(STALE_FOR)
  /** The latencies recorded last, which are not in `#latency` yet. Each read is recorded once, here. */
  readonly #recent = newLatency()
  #window = newWindow()
  #windowCounts = { ...this.counts }

  /** Counts one read, answered `ms` after it arrived. */
  read(outcome: Outcome, ms: number): void {
    this.counts[outcomeCounter[outcome]]++
    this.#recent[outcome].record(bounded(ms * 1_000, LATENCY))
    this.buckets[outcome].add(ms)
  }

  /** Counts one read whose value had been replaced for `ms`. */
  staleRead(ms: number): void {
    this.counts.staleReads++
    const recorded = bounded(ms, STALE_FOR)
    this.#staleFor.record(recorded)
    this.#window.staleMaxMs = Math.max(this.#window.staleMaxMs ?? 0, recorded)
  }

  reset(): void {
    this.#settle()
    this.counts = newCounts()
    this.#windowCounts = { ...this.counts }
    this.#latency = newLatency()
    this.buckets = newBuckets()
    this.#staleFor = createHistogram(STALE_FOR)
    this.#window = newWindow()
    this.since = new Date()
  }

  /** As `GET /api/stats` shows it. */
  snapshot() {
    this.#settle()
    const all = createHistogram(LATENCY)
    for (const outcome of outcomes) all.add(this.#latency[outcome])
    return {
      since: this.since.toISOString(),
      reads: readsOf(this.counts),
      ...this.counts,
      staleForMs: quantiles(this.#staleFor, 1),
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

  /** What was counted since the last call, or the reset, as the stream of the live page shows it. */
  takeWindow() {
    this.#settle()
    const { served, waited, staleMaxMs } = this.#window
    const now = this.counts
    const before = this.#windowCounts
    const since = (count: CountName) => now[count] - before[count]
    this.#window = newWindow()
    this.#windowCounts = { ...now }
    return {
      reads: readsOf(now) - readsOf(before),
      hits: since('hits'),
      stale: since('stale'),
      misses: since('misses'),
      collapsed: since('collapsed'),
      bypassed: since('bypassed'),
      loads: since('loads'),
      writes: since('writes'),
      staleReads: since('staleReads'),
      storeCalls: since('storeCalls'),
      hitMs: quantiles(served),
      waitMs: quantiles(waited),
      staleMaxMs,
    }
  }

  /** Moves the latencies recorded last to where they are read. */
  #settle(): void {
    for (const outcome of outcomes) {
      const recent = this.#recent[outcome]
      if (recent.count === 0) continue
      this.#latency[outcome].add(recent)
      const { served, waited } = this.#window
      const group = outcome === 'hit' || outcome === 'stale' ? served : waited
      group.add(recent)
      recent.reset()
    }
  }
}

function readsOf({ hits, stale, misses, collapsed, bypassed }: ReturnType<typeof newCounts>): number {
  return hits + stale + misses + collapsed + bypassed
}

/** Latencies of reads answered from the cache, and of those that waited for a load. */
function newWindow() {
  return { served: createHistogram(LATENCY), waited: createHistogram(LATENCY), staleMaxMs: null as number | null }
}

function bounded(value: number, { lowest, highest }: { lowest: number; highest: number }): number {
  return Math.min(Math.max(lowest, Math.round(value)), highest)
}

function newLatency(): Record<Outcome, RecordableHistogram> {
  const one = () => createHistogram(LATENCY)
  return { hit: one(), stale: one(), miss: one(), collapsed: one(), bypass: one() }
}

/**
 * In milliseconds; null if nothing was recorded.
 *
 * @param perMs the histogram's units in a millisecond
 */
function quantiles(histogram: RecordableHistogram, perMs = 1_000) {
  const at = (percentile: number) => (histogram.count === 0 ? null : histogram.percentile(percentile) / perMs)
  return {
    count: histogram.count,
    mean: histogram.count === 0 ? null : histogram.mean / perMs,
    p50: at(50),
    p95: at(95),
    p99: at(99),
    max: histogram.count === 0 ? null : histogram.max / perMs,
  }
}
