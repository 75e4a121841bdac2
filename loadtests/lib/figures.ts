import { FAILURES, type Failure, OUTCOMES, type Outcome } from './outcomes.ts'
import { scenarioName } from './schedule.ts'
import type { Distribution, Summary } from './summary.ts'

/** Moments at which the counters of `/api/stats` are noted for a strategy. */
export type Moment = 'start' | 'middle' | 'end'

/** The counters of `/api/stats` that are noted. */
export const NOTED_COUNTERS = [
  'reads',
  ...OUTCOMES,
  'loads',
  'fills',
  'refusedFills',
  'invalidations',
  'errors',
  'evictions',
] as const
type NotedCounter = (typeof NOTED_COUNTERS)[number]

type OutcomeCounts = Record<Outcome, number>

export interface ReadFigures {
  /** Reads answered in the measured phase. */
  count: number
  outcomes: OutcomeCounts
  /** Share answered from the cache (`hits` and `stale`), 0 … 1; null without reads. */
  hitRatio: number | null
  /** Latency of reads answered from the cache (HIT, STALE) and of those that waited (MISS, COLLAPSED, BYPASS). */
  hitMs: Distribution
  missMs: Distribution
  /** Reads whose value had been replaced by an acknowledged write when they arrived; null if the API can't say. */
  staleReads: {
    count: number
    /** Of all reads, 0 … 1. */
    share: number
    /** For how long the value had been replaced, over the stale reads only. */
    staleForMs: Distribution
  } | null
}

export interface StrategyFigures {
  name: string
  /** Reads by id, and of the whole list, apart: one is 350 bytes, the other 3.6 MB. */
  byId: ReadFigures
  list: ReadFigures
  writes: { count: number; latencyMs: Distribution }
  /** From `/api/stats`, over the measured phase; null if a snapshot is missing. */
  origin: { reads: number; loads: number; loadsPerRead: number | null } | null
  /** Further counters of `/api/stats` over the measured phase; null where the API has none. */
  server: Record<'fills' | 'refusedFills' | 'invalidations' | 'errors' | 'evictions', number | null>
  /** All reads of the run, warm-up included, as k6 counted them and as `/api/stats` did. */
  counters: {
    k6: OutcomeCounts & { reads: number }
    api: (OutcomeCounts & { reads: number }) | null
    /** Null when they can't be compared: a request failed or was cut off, or the API did not answer. */
    agree: boolean | null
  }
  failures: { total: number; byKind: Partial<Record<Failure, number>> }
  /** Operations still under way when the turn was over, and cut off. */
  unfinished: number
  /** Operations that were not begun, for want of a free virtual user. */
  dropped: number
}

/** All that the summary says about one strategy. */
export function strategyFigures(name: string, summary: Summary): StrategyFigures {
  const strategy = { strategy: name }
  const failures = failuresOf(name, summary)
  const unfinished = summary.counter('unfinished', strategy)
  const middleToEnd = (counter: NotedCounter) => difference(name, counter, 'middle', 'end', summary)
  const [reads, loads] = [middleToEnd('reads'), middleToEnd('loads')]
  const unknown = summary.counter('stale_unknown', strategy) > 0
  const writeMs = summary.trend('latency_ms', { ...strategy, op: 'write' })
  return {
    name,
    byId: readFigures(name, 'read', unknown, summary),
    list: readFigures(name, 'list', unknown, summary),
    writes: { count: writeMs.count, latencyMs: writeMs },
    origin:
      reads === null || loads === null ? null : { reads, loads, loadsPerRead: reads === 0 ? null : loads / reads },
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

function readFigures(name: string, op: 'read' | 'list', staleUnknown: boolean, summary: Summary): ReadFigures {
  const outcomes = perOutcome((outcome) =>
    summary.counter('answers', { strategy: name, outcome, phase: 'measured', op }),
  )
  const count = total(outcomes)
  const staleForMs = summary.trend('stale_ms', { strategy: name, op })
  return {
    count,
    outcomes,
    hitRatio: count === 0 ? null : (outcomes.hits + outcomes.stale) / count,
    hitMs: summary.trend('latency_ms', { strategy: name, op, served: 'cache' }),
    missMs: summary.trend('latency_ms', { strategy: name, op, served: 'database' }),
    staleReads: staleUnknown
      ? null
      : { count: staleForMs.count, share: count === 0 ? 0 : staleForMs.count / count, staleForMs },
  }
}

function compareCounters(name: string, summary: Summary, complete: boolean): StrategyFigures['counters'] {
  const outcomes = perOutcome((outcome) => summary.counter('answers', { strategy: name, outcome }))
  const k6 = { reads: total(outcomes), ...outcomes }
  const reads = difference(name, 'reads', 'start', 'end', summary)
  const counted = OUTCOMES.map((outcome) => [outcome, difference(name, outcome, 'start', 'end', summary)] as const)
  if (reads === null || counted.some(([, count]) => count === null)) return { k6, api: null, agree: null }
  const api = { reads, ...(Object.fromEntries(counted) as OutcomeCounts) }
  const same = k6.reads === api.reads && OUTCOMES.every((outcome) => k6[outcome] === api[outcome])
  return { k6, api, agree: complete ? same : null }
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

function difference(name: string, counter: NotedCounter, from: Moment, to: Moment, summary: Summary): number | null {
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
