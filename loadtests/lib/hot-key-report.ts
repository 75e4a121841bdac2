import { type Expiry, expiriesIn, slicesFor } from './expiries.ts'
import type { HotKeyOptions } from './hot-key-options.ts'
import { FAILURES, OUTCOMES, type Outcome } from './outcomes.ts'
import { scenarioName } from './schedule.ts'
import { allThresholdsHeld, type Distribution, type Summary, type SummaryData, summaryOf } from './summary.ts'
import { count, number, table } from './table.ts'

/** A load takes at most half the TTL, so until then reads wait for the cold start, and after that only at expiries. */
export const COLD_START_TTLS = 0.5

export interface HotKeyFigures {
  name: string
  reads: number
  outcomes: Record<Outcome, number>
  /**
   * Loads of each expiry in order of time, including the first (cold) one. Empty if every read loads, or if loads run in the
   * background, where k6 does not see them.
   */
  loadsPerExpiry: number[]
  /** Mean loads per expiry; null without expiries. */
  stampedeFactor: number | null
  /** Loads by `/api/stats`, including background refreshes; null without an answer from it. */
  loads: number | null
  /** Reads that waited per ended TTL, without the cold start; null if every read loads, or if no TTL ended. */
  waitedPerExpiry: number | null
  latencyMs: Distribution
  /** Only reads that waited for their own or another load. */
  waitedMs: Distribution
  failed: number
  dropped: number
}

export function hotKeyFigures(name: string, config: HotKeyOptions, summary: Summary): HotKeyFigures {
  const strategy = { strategy: name }
  const outcomes = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, summary.counter('answers', { ...strategy, outcome })]),
  ) as Record<Outcome, number>
  const { sliceMs, count: slices } = slicesFor(config.durationMs, config.ttlMs)
  const perSlice = Array.from({ length: slices }, (_, slice) =>
    summary.counter('loads_begun', { ...strategy, slice: String(slice) }),
  )
  const [start, end] = ['start', 'end'].map(
    (at) => summary.trend('api_count', { ...strategy, counter: 'loads', at }).max,
  )
  const loads = start == null || end == null ? null : end - start
  const everyReadLoads = outcomes.bypassed > 0
  const someLoadUnseen = loads !== null && loads > outcomes.misses
  const expiries: Expiry[] = everyReadLoads || someLoadUnseen ? [] : expiriesIn(perSlice, sliceMs, config.ttlMs / 2)
  const total = expiries.reduce((sum, expiry) => sum + expiry.loads, 0)
  const waited = summary.counter('waited_at_expiry', strategy)
  const ended = ttlsEnded(config)
  return {
    name,
    reads: OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0),
    outcomes,
    loadsPerExpiry: expiries.map(({ loads }) => loads),
    stampedeFactor: expiries.length === 0 ? null : total / expiries.length,
    loads,
    waitedPerExpiry: everyReadLoads || ended === 0 ? null : waited / ended,
    latencyMs: summary.trend('latency_ms', strategy),
    waitedMs: summary.trend('latency_ms', { ...strategy, served: 'database' }),
    failed:
      FAILURES.reduce((sum, kind) => sum + summary.counter('failures', { ...strategy, kind }), 0) +
      summary.counter('unfinished', strategy),
    dropped: summary.counter('dropped_iterations', { scenario: scenarioName(name) }),
  }
}

/** How many TTLs end while the post is read; 0 if the run is no longer than one. The first starts with the cold start. */
export function ttlsEnded({ durationMs, ttlMs }: Pick<HotKeyOptions, 'durationMs' | 'ttlMs'>): number {
  return Math.ceil(durationMs / ttlMs) - 1
}

/** The content of `results/hot-key-expiry.json`; `schemaVersion` follows the rules of side-by-side. */
export interface HotKeyResult {
  schemaVersion: 2
  kind: 'hot-key-expiry'
  finishedAt: string
  ok: boolean
  config: Omit<HotKeyOptions, 'adminToken'>
  strategies: HotKeyFigures[]
}

export function hotKeyResult(data: SummaryData, options: HotKeyOptions, now: Date): HotKeyResult {
  const { adminToken: _secret, ...config } = options
  const summary = summaryOf(data)
  return {
    schemaVersion: 2,
    kind: 'hot-key-expiry',
    finishedAt: now.toISOString(),
    ok: allThresholdsHeld(data),
    config,
    strategies: config.strategies.map((name) => hotKeyFigures(name, options, summary)),
  }
}

export function hotKeyReport({ config, strategies, ok }: HotKeyResult): string {
  const { ratePerSecond, post, ttlMs, originDelayMs, durationMs, baseUrls } = config
  return [
    '',
    `${count(ratePerSecond)} reads/s of post ${post} only, from ${baseUrls.length} process${baseUrls.length === 1 ? '' : 'es'}: ` +
      `TTL ${ttlMs} ms, a load takes ${originDelayMs} ms plus the query; ${durationMs / 1000} s per strategy`,
    '',
    ...table(
      [
        { head: 'hot key', align: 'left' },
        { head: 'reads' },
        { head: 'expiries' },
        { group: 'loads per expiry', head: 'mean' },
        { group: 'loads per expiry', head: 'max' },
        { head: 'loads' },
        { group: 'waited', head: 'per expiry' },
        { group: 'all reads, ms', head: 'p50' },
        { group: 'all reads, ms', head: 'p99' },
        { group: 'all reads, ms', head: 'max' },
        { group: 'reads that waited, ms', head: 'reads' },
        { group: 'reads that waited, ms', head: 'p99' },
        { head: 'failed' },
        { head: 'dropped' },
      ],
      strategies.map((figures) => [
        figures.name,
        count(figures.reads),
        figures.loadsPerExpiry.length === 0 ? '–' : count(figures.loadsPerExpiry.length),
        figures.stampedeFactor === null ? '–' : figures.stampedeFactor.toFixed(2),
        figures.loadsPerExpiry.length === 0 ? '–' : count(Math.max(...figures.loadsPerExpiry)),
        figures.loads === null ? '–' : count(figures.loads),
        number(figures.waitedPerExpiry),
        number(figures.latencyMs.p50),
        figures.latencyMs.count < 100 ? '–' : number(figures.latencyMs.p99),
        number(figures.latencyMs.max),
        count(figures.waitedMs.count),
        figures.waitedMs.count < 100 ? '–' : number(figures.waitedMs.p99),
        count(figures.failed),
        count(figures.dropped),
      ]),
    ),
    '',
    'expiries: bursts of loads, including the cold start; loads per expiry is the stampede factor (1 = no stampede).',
    'loads: by /api/stats. reads that waited: MISS, COLLAPSED, BYPASS; per expiry: per TTL that ended after the cold start ' +
      `(${ttlsEnded(config)}).`,
    '–: every read loads, or loads run in the background, where k6 sees none; or no TTL ended; or fewer than 100 samples.',
    ...(ok ? [] : ['', 'This run is not valid: see the failed thresholds that k6 lists below.']),
    '',
    '',
  ].join('\n')
}
