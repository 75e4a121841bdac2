/**
 * Turns a cache result into a response. This is the only place that sets headers for a GET of posts.
 *
 * `new Response(body, { headers: plain object })` is the cheapest form for the Node server. Adding a header later, by a
 * middleware or by `c.header`, costs more than the cache lookup.
 */
import type { Outcome, ReadResult } from 'cache-core'
import { CEILING } from 'strategies'
import type { ApiContext } from '../http/api-types.ts'
import { problemResponse } from '../http/problem.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import { isNotModified } from './conditional.ts'
import type { Representation } from './representation.ts'
import type { Resource } from './resources.ts'

/** Outcomes as header values. */
export const X_CACHE = {
  hit: 'HIT',
  stale: 'STALE',
  miss: 'MISS',
  collapsed: 'COLLAPSED',
  bypass: 'BYPASS',
} as const satisfies Record<Outcome, string>

/** Weak, since the body of a 404 names the request: the tag only identifies the absence. */
const ABSENT_ETAG = 'W/"absent"'

/** A read's result, or that of several reads together. */
export type Answered = Pick<ReadResult<Representation>, 'outcome' | 'value' | 'ageMs' | 'ttlMs' | 'loadMs'>

export interface Answer {
  readonly resource: Pick<Resource, 'postId' | 'next'>
  readonly result: Answered
  readonly staleMs: number
  readonly arrivedAt: number
  /** When the cache answered. */
  readonly readAt: number
}

export function respond(context: ApiContext, instance: StrategyInstance, answer: Answer): Response {
  const { resource, result } = answer
  const { value } = result
  const ageSeconds = Math.floor(result.ageMs / 1_000)
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'X-Cache': X_CACHE[result.outcome],
    'X-Cache-Strategy': instance.name,
    'Cache-Status': cacheStatus(instance.strategy.library, result),
    'Cache-Control': cacheControl(instance, ageSeconds, result.ttlMs),
    Age: String(ageSeconds),
    ETag: value === undefined ? ABSENT_ETAG : value.etag,
    'Server-Timing': serverTiming(result, answer.arrivedAt, answer.readAt),
  }
  if (instance.writes !== undefined) headers['X-Stale-Ms'] = String(answer.staleMs)
  if (value === undefined) {
    const { 'Content-Type': _, ...rest } = headers
    const detail = `there is no post ${resource.postId}`
    return problemResponse(context, { status: 404, code: 'no-such-post', detail }, rest)
  }
  const next = resource.next(value)
  if (next !== undefined) headers.Link = link(context, next)
  if (isNotModified(context, headers.ETag!)) {
    delete headers['Content-Type']
    return new Response(null, { status: 304, headers })
  }
  return new Response(value.body, { status: 200, headers })
}

/** RFC 9211: how the cache handled the read, and how many seconds the answer stays fresh. */
function cacheStatus(library: string, { outcome, ttlMs }: Answered): string {
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
 * How long clients may serve the answer without revalidation. Not at all if reads of this process are guaranteed current,
 * otherwise while the entry is fresh, in whole seconds. A client subtracts `Age` from `max-age`, so it is added here.
 *
 * The ceiling's entries stay fresh for 10 years, for measurements only: clients must not store such an answer.
 */
function cacheControl({ name, readsAreCurrent }: StrategyInstance, ageSeconds: number, ttlMs: number): string {
  if (readsAreCurrent) return 'no-cache'
  if (name === CEILING) return 'no-store'
  return `max-age=${ageSeconds + (ttlMs > 0 ? Math.floor(ttlMs / 1_000) : 0)}`
}

/** Milliseconds with microsecond precision: in the cache, in the origin (the load that the read waited for), and in total. */
function serverTiming({ outcome, loadMs }: Answered, arrivedAt: number, readAt: number): string {
  const readMs = readAt - arrivedAt
  const waited = outcome === 'miss' || outcome === 'bypass' || outcome === 'collapsed'
  const originMs = waited ? Math.min(loadMs, readMs) : 0
  const total = performance.now() - arrivedAt
  return `cache;dur=${inMs(readMs - originMs)}, origin;dur=${inMs(originMs)}, total;dur=${inMs(total)}`
}

/** `''`, `.001`, … `.999` */
const DECIMALS = Array.from({ length: 1_000 }, (_, micros) => String(micros / 1_000).slice(1))

/** With at most 3 decimals. Converting the fraction itself to text, three times, would cost as much as the rest of the answer. */
function inMs(ms: number): string {
  const micros = Math.round(ms * 1_000)
  const wholeMs = Math.floor(micros / 1_000)
  return wholeMs + DECIMALS[micros - wholeMs * 1_000]!
}

/** The URL of the next page, with the request's strategy parameter. */
function link(context: ApiContext, next: string): string {
  const strategy = context.req.query('strategy')
  return `</api/posts?${next}${strategy === undefined ? '' : `&strategy=${strategy}`}>; rel="next"`
}
