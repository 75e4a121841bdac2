/** The values of `X-Cache`, and the counter of each in `/api/stats`. */
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

/** The kinds of reads: one post, all posts, the first page, the report. */
export const READ_OPS = ['read', 'list', 'page', 'report'] as const
export type ReadOp = (typeof READ_OPS)[number]

/** The counters of `/api/stats` that k6 keeps too, for reconciliation. */
export const RECONCILED: readonly (Outcome | 'writes')[] = [...OUTCOMES, 'writes']

export function outcomeOf(header: string | undefined): Outcome | undefined {
  return Object.hasOwn(STATS_COUNTER, header ?? '') ? STATS_COUNTER[header as CacheHeader] : undefined
}

/**
 * The source of the answer: the cache, or the database after a wait, for the read's own load, another load, or a read that
 * bypassed the cache.
 */
export function servedBy(outcome: Outcome): 'cache' | 'database' {
  return outcome === 'hits' || outcome === 'stale' ? 'cache' : 'database'
}

/** The kinds of failures. A fixed list, since k6 keeps figures only for tags that are known in advance. */
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

/** The kind of failure for a request without an answer, from Go's error message. */
export function failureOf(message: string): Failure {
  if (/connection refused/.test(message)) return 'refused'
  if (/timeout|deadline/i.test(message)) return 'timeout'
  return 'broken'
}

/** The kind of failure for an unexpected status. */
export function statusFailure(status: number): Failure {
  if (status >= 400 && status < 500) return 'status-4xx'
  return status >= 500 ? 'status-5xx' : 'status-other'
}
