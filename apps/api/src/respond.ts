/**
 * From what the cache said to the response: the one place where a GET of posts gets its headers.
 *
 * `new Response(body, { headers: plain object })` is what the Node server writes cheapest; a header added to a response
 * later, by a middleware or by `c.header`, costs more than the cache lookup.
 */
import type { Outcome, ReadResult } from 'cache-core'
import type { ApiContext } from './api-types.ts'
import { isNotModified } from './conditional.ts'
import { problemResponse } from './problem.ts'
import type { Question } from './questions.ts'
import type { Representation } from './representation.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

const X_CACHE = {
  hit: 'HIT',
  stale: 'STALE',
  miss: 'MISS',
  collapsed: 'COLLAPSED',
  bypass: 'BYPASS',
} as const satisfies Record<Outcome, string>

/** Absence has no representation of its own: its body names the request. The tag says only that it is the same absence. */
const ABSENT_ETAG = 'W/"absent"'

export interface Answer {
  readonly question: Question
  readonly result: ReadResult<Representation>
  readonly staleMs: number
  readonly arrivedAt: number
  /** When the cache had answered. */
  readonly readAt: number
}

export function respond(context: ApiContext, runtime: StrategyRuntime, answer: Answer): Response {
  const { question, result } = answer
  const { value } = result
  const ageSeconds = Math.floor(result.ageMs / 1_000)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'X-Cache': X_CACHE[result.outcome],
    'X-Cache-Strategy': runtime.name,
    'Cache-Status': cacheStatus(runtime.strategy.library, result),
    'Cache-Control': cacheControl(runtime, ageSeconds, result.ttlMs),
    Age: String(ageSeconds),
    ETag: value === undefined ? ABSENT_ETAG : value.etag,
    'Server-Timing': serverTiming(result, answer.arrivedAt, answer.readAt),
  }
  if (runtime.writes !== undefined) headers['X-Stale-Ms'] = String(answer.staleMs)
  if (value === undefined) {
    const { 'Content-Type': _, ...rest } = headers
    const detail = `there is no post ${question.key.slice('post:'.length)}`
    return problemResponse(context, { status: 404, code: 'no-such-post', detail }, rest)
  }
  const next = question.next(value)
  if (next !== undefined) headers.Link = link(context, next)
  if (isNotModified(context, headers.ETag!)) {
    delete headers['Content-Type']
    return new Response(null, { status: 304, headers })
  }
  return new Response(value.body, { status: 200, headers })
}

/** RFC 9211: what this cache did, and for how many seconds the answer stays fresh. */
function cacheStatus(library: string, { outcome, ttlMs }: ReadResult<Representation>): string {
  switch (outcome) {
    case 'hit':
    case 'stale':
      return `${library}; hit; ttl=${Math.floor(ttlMs / 1_000)}`
    case 'miss':
      return ttlMs > 0 ? `${library}; fwd=uri-miss; stored` : `${library}; fwd=uri-miss`
    case 'collapsed':
      return `${library}; fwd=uri-miss; collapsed`
    case 'bypass':
      return `${library}; fwd=bypass`
  }
}

/**
 * For how long clients may serve the answer without asking: not at all where it is guaranteed that reads of this process are current, elsewhere
 * for as long as the entry is fresh, in whole seconds. A client subtracts `Age` from `max-age`, so it is added here.
 */
function cacheControl({ readsAreCurrent }: StrategyRuntime, ageSeconds: number, ttlMs: number): string {
  if (readsAreCurrent) return 'no-cache'
  return `max-age=${ageSeconds + (ttlMs > 0 ? Math.floor(ttlMs / 1_000) : 0)}`
}

/** Milliseconds, to the microsecond: in the origin (the load waited for, if any), in the cache, and in all. */
function serverTiming({ outcome, loadMs }: ReadResult<Representation>, arrivedAt: number, readAt: number): string {
  const readMs = readAt - arrivedAt
  const waited = outcome === 'miss' || outcome === 'bypass' || outcome === 'collapsed'
  const originMs = waited ? Math.min(loadMs, readMs) : 0
  const total = performance.now() - arrivedAt
  return `cache;dur=${toMicros(readMs - originMs)}, origin;dur=${toMicros(originMs)}, total;dur=${toMicros(total)}`
}

/** Cheaper than `toFixed`. */
function toMicros(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}

/** The same call for the next page: a strategy that was named stays named. */
function link(context: ApiContext, next: string): string {
  const strategy = context.req.query('strategy')
  return `</api/posts?${next}${strategy === undefined ? '' : `&strategy=${strategy}`}>; rel="next"`
}
