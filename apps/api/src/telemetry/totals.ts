/** What was counted under a strategy: in one process, in all of them, or within a window of time. */
import type { Outcome } from 'cache-core'
import { Histogram, type HistogramReport } from './histogram.ts'

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

type Counts = ReturnType<typeof newCounts>
export type CountName = keyof Counts

/** Totals as JSON. */
export interface TotalsReport {
  /** The last reset, or else the start of the service, in milliseconds since the Unix epoch. */
  readonly since: number
  readonly counts: Counts
  readonly latency: Readonly<Record<Outcome, HistogramReport>>
  readonly staleFor: HistogramReport
}

/** What one process has counted, as JSON. */
export interface ProcessReport {
  readonly process: number
  /** In milliseconds since the Unix epoch. */
  readonly startedAt: number
  /** By strategy. */
  readonly totals: Readonly<Record<string, TotalsReport>>
  /** What the store's server had evicted when each strategy's counters began. */
  readonly evictedBefore: Readonly<Record<string, number>>
}

export class Totals {
  counts = newCounts()
  /** How long reads took, in microseconds. */
  latency = newLatency()
  /** How long values had been replaced when they were read, in milliseconds. */
  staleFor = new Histogram()
  since = new Date()

  /** The sum over processes, since the last reset. A process that has replaced another one counts since the start of the service. */
  static sumOf(reports: readonly TotalsReport[]): Totals {
    const sum = new Totals()
    for (const report of reports) sum.#add(report)
    sum.since = new Date(Math.max(...reports.map(({ since }) => since)))
    return sum
  }

  /** What was counted between two reports of a process. After a reset: since the reset. */
  addSince(before: TotalsReport | undefined, now: TotalsReport): void {
    this.#add(now)
    if (before?.since === now.since) this.#add(before, -1)
  }

  #add(report: TotalsReport, times: 1 | -1 = 1): void {
    for (const name of Object.keys(this.counts) as CountName[]) this.counts[name] += times * report.counts[name]
    for (const outcome of outcomes) this.latency[outcome].add(report.latency[outcome], times)
    this.staleFor.add(report.staleFor, times)
  }

  report(): TotalsReport {
    const { hit, stale, miss, collapsed, bypass } = this.latency
    return {
      since: this.since.getTime(),
      counts: { ...this.counts },
      latency: {
        hit: hit.report(),
        stale: stale.report(),
        miss: miss.report(),
        collapsed: collapsed.report(),
        bypass: bypass.report(),
      },
      staleFor: this.staleFor.report(),
    }
  }

  /** As `GET /api/stats` shows it. */
  snapshot() {
    const { hit, stale, miss, collapsed, bypass } = this.latency
    return {
      since: this.since.toISOString(),
      reads: this.#reads,
      ...this.counts,
      staleForMs: quantiles(this.staleFor, 1),
      latencyMs: {
        all: quantiles(togetherOf(Object.values(this.latency))),
        hit: quantiles(hit),
        stale: quantiles(stale),
        miss: quantiles(miss),
        collapsed: quantiles(collapsed),
        bypass: quantiles(bypass),
      },
    }
  }

  /** As the stream of the live page shows what was counted within a window. */
  window() {
    const { hits, stale, misses, collapsed, bypassed, loads, writes, staleReads, storeCalls } = this.counts
    const { latency } = this
    return {
      reads: this.#reads,
      hits,
      stale,
      misses,
      collapsed,
      bypassed,
      loads,
      writes,
      staleReads,
      storeCalls,
      hitMs: quantiles(togetherOf([latency.hit, latency.stale])),
      waitMs: quantiles(togetherOf([latency.miss, latency.collapsed, latency.bypass])),
      staleMaxMs: this.staleFor.max,
    }
  }

  get #reads(): number {
    return outcomes.reduce((sum, outcome) => sum + this.counts[outcomeCounter[outcome]], 0)
  }

  protected clear(since: Date): void {
    this.counts = newCounts()
    this.latency = newLatency()
    this.staleFor = new Histogram()
    this.since = since
  }
}

function newLatency(): Record<Outcome, Histogram> {
  const one = () => new Histogram()
  return { hit: one(), stale: one(), miss: one(), collapsed: one(), bypass: one() }
}

function togetherOf(histograms: readonly Histogram[]): Histogram {
  const together = new Histogram()
  for (const each of histograms) together.add(each.report())
  return together
}

/**
 * In milliseconds; null if nothing was recorded.
 *
 * @param perMs the histogram's units in a millisecond
 */
function quantiles(histogram: Histogram, perMs = 1_000) {
  const inMs = (value: number | null) => value && value / perMs
  return {
    count: histogram.count,
    mean: inMs(histogram.mean),
    p50: inMs(histogram.percentile(50)),
    p95: inMs(histogram.percentile(95)),
    p99: inMs(histogram.percentile(99)),
    max: inMs(histogram.max),
  }
}
