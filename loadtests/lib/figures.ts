import type { Slices } from './expiries.ts'
import { FAILURES, type Failure, OUTCOMES, type Outcome, READ_OPS, RECONCILED, type ReadOp } from './outcomes.ts'
import { scenarioName } from './schedule.ts'
import { type Stampede, stampedeOf } from './stampede.ts'
import type { Distribution, Summary } from './summary.ts'

/**
 * When a strategy's `/api/stats` counters are recorded: at the start, at the start and the end of the measured phase, and
 * after inserted posts have been deleted.
 */
export type Moment = 'start' | 'middle' | 'end' | 'settled'

/** The recorded counters of `/api/stats`. */
export const RECORDED_COUNTERS = [
  'reads',
  ...RECONCILED,
  'loads',
  'fills',
  'refusedFills',
  'invalidations',
  'errors',
  'evictions',
] as const
type RecordedCounter = (typeof RECORDED_COUNTERS)[number]

type OutcomeCounts = Record<Outcome, number>
type Account = OutcomeCounts & { reads: number; writes: number }

export interface ReadFigures {
  /** Reads answered in the measured phase. */
  count: number
  outcomes: OutcomeCounts
  /** Share answered from the cache (`hits` and `stale`), 0 … 1; null without reads. */
  hitRatio: number | null
  /** Reads per second that waited for a load: `misses`, `collapsed`, `bypassed`. */
  waitingPerSecond: number
  /** Latency of all reads, from the intended start. */
  latencyMs: Distribution
  /** The same for reads answered from the cache (HIT, STALE) and for reads that waited (MISS, COLLAPSED, BYPASS). */
  hitMs: Distribution
  missMs: Distribution
  /** Reads whose value had been replaced by an acknowledged write when they arrived; null if the API can't say. */
  staleReads: {
    count: number
    /** Of all reads, 0 … 1. */
    share: number
    /** The time since the value had been replaced, over the stale reads only. */
    staleForMs: Distribution
  } | null
}

export interface StrategyFigures {
  name: string
  /** All reads of the load. */
  reads: ReadFigures
  /** The same by kind: one post (350 bytes), all posts (3.6 MB), the first page (7 KB), the report (10 KB). */
  byId: ReadFigures
  list: ReadFigures
  page: ReadFigures
  report: ReadFigures
  /** Including inserts and the writes of read-modify-writes. */
  writes: { count: number; latencyMs: Distribution }
  /** For the most popular post; null if the popularity changes. */
  stampede: Stampede | null
  /** From `/api/stats`, over the measured phase; null if a snapshot is missing. */
  origin: { reads: number; loads: number; loadsPerRead: number | null; loadsPerSecond: number } | null
  /** Further counters of `/api/stats` over the measured phase; null if the API lacks one. */
  server: Record<'fills' | 'refusedFills' | 'invalidations' | 'errors' | 'evictions', number | null>
  /** All reads and writes of the run including warm-up, setup and teardown, as counted by k6 and by `/api/stats`. */
  counters: {
    k6: Account
    api: Account | null
    /** Null if they can't be compared. */
    agree: boolean | null
    /** The reason if they were not compared; otherwise null. */
    notCompared: string | null
  }
  failures: { total: number; byKind: Partial<Record<Failure, number>> }
  /** Operations cut off at the end of the turn. */
  unfinished: number
  /** Operations not started because no virtual user was free. */
  dropped: number
}

/** The other inputs of the figures. */
export interface FiguresContext {
  /** The slices for loads of the most popular post; null if these were not recorded. */
  slices: Slices | null
  /** The length of the measured phase. */
  measuredMs: number
}

/** All figures of one strategy. */
export function strategyFigures(
  name: string,
  { slices, measuredMs }: FiguresContext,
  summary: Summary,
): StrategyFigures {
  const strategy = { strategy: name }
  const failures = failuresOf(name, summary)
  const unfinished = summary.counter('unfinished', strategy)
  const middleToEnd = (counter: RecordedCounter) => difference(name, counter, 'middle', 'end', summary)
  const [reads, loads] = [middleToEnd('reads'), middleToEnd('loads')]
  const unknown = summary.counter('stale_unknown', strategy) > 0
  const figuresOf = (ops: readonly ReadOp[]) => readFigures(name, ops, { unknown, measuredMs }, summary)
  const byId = figuresOf(['read'])
  const writeMs = summary.trend('latency_ms', { ...strategy, op: 'write' })
  return {
    name,
    reads: figuresOf(READ_OPS),
    byId,
    list: figuresOf(['list']),
    page: figuresOf(['page']),
    report: figuresOf(['report']),
    writes: { count: writeMs.count, latencyMs: writeMs },
    stampede: slices && stampedeOf(name, slices, byId.outcomes.bypassed === byId.count, summary),
    origin:
      reads === null || loads === null
        ? null
        : {
            reads,
            loads,
            loadsPerRead: reads === 0 ? null : loads / reads,
            loadsPerSecond: (loads * 1_000) / measuredMs,
          },
    server: {
      fills: middleToEnd('fills'),
      refusedFills: middleToEnd('refusedFills'),
      invalidations: middleToEnd('invalidations'),
      errors: middleToEnd('errors'),
      evictions: middleToEnd('evictions'),
    },
    counters: compareCounters(name, summary, failures.total === 0 && unfinished === 0),
    failures,
    unfinished,
    dropped: summary.counter('dropped_iterations', { scenario: scenarioName(name) }),
  }
}

/** @param ops one kind of read, or all kinds: k6 keeps quantiles over a tag that all reads share */
function readFigures(
  name: string,
  ops: readonly ReadOp[],
  { unknown, measuredMs }: { unknown: boolean; measuredMs: number },
  summary: Summary,
): ReadFigures {
  const outcomes = perOutcome((outcome) =>
    ops.reduce((sum, op) => sum + summary.counter('answers', { strategy: name, outcome, phase: 'measured', op }), 0),
  )
  const count = total(outcomes)
  const isAll = ops.length > 1
  const timed = { strategy: name, ...(isAll ? { does: 'read' } : { op: ops[0]! }) }
  const staleForMs = summary.trend('stale_ms', { strategy: name, ...(!isAll && { op: ops[0]! }) })
  return {
    count,
    outcomes,
    hitRatio: count === 0 ? null : (outcomes.hits + outcomes.stale) / count,
    waitingPerSecond: ((outcomes.misses + outcomes.collapsed + outcomes.bypassed) * 1_000) / measuredMs,
    latencyMs: summary.trend('latency_ms', timed),
    hitMs: summary.trend('latency_ms', { ...timed, served: 'cache' }),
    missMs: summary.trend('latency_ms', { ...timed, served: 'database' }),
    staleReads: unknown
      ? null
      : { count: staleForMs.count, share: count === 0 ? 0 : staleForMs.count / count, staleForMs },
  }
}

function compareCounters(name: string, summary: Summary, complete: boolean): StrategyFigures['counters'] {
  const outcomes = perOutcome((outcome) => summary.counter('answers', { strategy: name, outcome }))
  const k6 = { reads: total(outcomes), writes: summary.counter('acknowledged', { strategy: name }), ...outcomes }
  const counted = (['reads', ...RECONCILED] as const).map(
    (counter) => [counter, difference(name, counter, 'start', 'settled', summary)] as const,
  )
  if (counted.some(([, count]) => count === null)) {
    return { k6, api: null, agree: null, notCompared: '/api/stats gave no answer' }
  }
  const api = Object.fromEntries(counted) as Account
  if (!complete) return { k6, api, agree: null, notCompared: 'not every operation was answered' }
  return { k6, api, agree: counted.every(([counter, count]) => k6[counter] === count), notCompared: null }
}

function failuresOf(name: string, summary: Summary): StrategyFigures['failures'] {
  const byKind: Partial<Record<Failure, number>> = {}
  let sum = 0
  for (const kind of FAILURES) {
    const count = summary.counter('failures', { strategy: name, kind })
    if (count > 0) byKind[kind] = count
    sum += count
  }
  return { total: sum, byKind }
}

function difference(name: string, counter: RecordedCounter, from: Moment, to: Moment, summary: Summary): number | null {
  const before = summary.trend('api_count', { strategy: name, counter, at: from }).max
  const after = summary.trend('api_count', { strategy: name, counter, at: to }).max
  return before === null || after === null ? null : after - before
}

function perOutcome(count: (outcome: Outcome) => number): OutcomeCounts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, count(outcome)])) as OutcomeCounts
}

function total(outcomes: OutcomeCounts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0)
}
