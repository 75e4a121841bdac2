/** The answers of `X-Cache`, and the counter of `/api/stats` that each raises. */
const STATS_COUNTER = {
  HIT: 'hits',
  STALE: 'stale',
  MISS: 'misses',
  COLLAPSED: 'collapsed',
  BYPASS: 'bypassed',
} as const

type CacheHeader = keyof typeof STATS_COUNTER
export type Outcome = (typeof STATS_COUNTER)[CacheHeader]

export const OUTCOMES: readonly Outcome[] = Object.values(STATS_COUNTER)

/** What is read: one post, all of them, the first page, or the report. */
export const READ_OPS = ['read', 'list', 'page', 'report'] as const
export type ReadOp = (typeof READ_OPS)[number]

/** The counters of `/api/stats` that k6 keeps too, so that they can be compared. */
export const ACCOUNTED: readonly (Outcome | 'writes')[] = [...OUTCOMES, 'writes']

export function outcomeOf(header: string | undefined): Outcome | undefined {
  return Object.hasOwn(STATS_COUNTER, header ?? '') ? STATS_COUNTER[header as CacheHeader] : undefined
}

/**
 * Who answered: the cache, or the database by way of a caller who waited: for a load of its own, for somebody else's,
 * or because the cache was not asked.
 */
export function servedBy(outcome: Outcome): 'cache' | 'database' {
  return outcome === 'hits' || outcome === 'stale' ? 'cache' : 'database'
}

/** Why an operation failed. A closed list, since k6 keeps figures only for tags that are known beforehand. */
export const FAILURES = [
  'refused',
  'timeout',
  'broken',
  'status-4xx',
  'status-5xx',
  'status-other',
  'no-x-cache',
  'other-strategy',
] as const
export type Failure = (typeof FAILURES)[number]

/** The kind of a request that got no answer, from Go's text for it. */
export function failureOf(message: string): Failure {
  if (/connection refused/.test(message)) return 'refused'
  if (/timeout|deadline/i.test(message)) return 'timeout'
  return 'broken'
}

/** The kind of an answer that is not the expected 200. */
export function statusFailure(status: number): Failure {
  if (status >= 400 && status < 500) return 'status-4xx'
  return status >= 500 ? 'status-5xx' : 'status-other'
}
