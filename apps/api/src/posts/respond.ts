/**
 * Turns an answer into a response. This is the only place that sets headers for a GET of posts.
 *
 * `new Response(body, { headers: plain object })` is the cheapest form for the Node server. Adding a header later, by a
 * middleware or by `c.header`, costs more than the cache lookup.
 */
import type { Outcome } from 'cache-core'
import { CEILING } from 'strategies'
import type { ApiContext } from '../http/api-types.ts'
import { problemResponse } from '../http/problem.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { Answer, Answered } from './answer.ts'
import { ifNoneMatch, isNotModified } from './conditional.ts'
import type { Representation } from './representation.ts'

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

/** A 200, or a 304. */
export interface Reply {
  readonly status: 200 | 304
  readonly headers: Record<string, string>
  readonly body: string | Buffer<ArrayBuffer> | null
}

export function respond(context: ApiContext, instance: StrategyInstance, answer: Answer): Response {
  const { value } = answer.result
  if (value === undefined) {
    const detail = `there is no post ${answer.resource.postId}`
    const headers = headersOf(instance, answer, ABSENT_ETAG)
    return problemResponse(context, { status: 404, code: 'no-such-post', detail }, headers)
  }
  const { status, headers, body } = foundReply(instance, answer, value, ifNoneMatch(context))
  return new Response(body, { status, headers })
}

/** @param known the request's `If-None-Match` */
export function foundReply(
  instance: StrategyInstance,
  answer: Answer,
  value: Representation,
  known: string | undefined,
): Reply {
  const { etag } = value
  const headers = headersOf(instance, answer, etag)
  const next = answer.resource.next(value)
  if (next !== undefined) headers.Link = `</api/posts?${next}>; rel="next"`
  if (isNotModified(known, etag)) return { status: 304, headers, body: null }
  headers['Content-Type'] = 'application/json'
  return { status: 200, headers, body: value.body }
}

function headersOf(instance: StrategyInstance, answer: Answer, etag: string): Record<string, string> {
  const { result } = answer
  const ageSeconds = Math.floor(result.ageMs / 1_000)
  const headers: Record<string, string> = {
    'X-Cache': X_CACHE[result.outcome],
    'X-Cache-Strategy': instance.name,
    'Cache-Status': cacheStatus(instance.strategy.library, result),
    'Cache-Control': cacheControl(instance, ageSeconds, result.ttlMs),
    Age: String(ageSeconds),
    ETag: etag,
    'Server-Timing': serverTiming(result, answer.arrivedAt, answer.readAt),
  }
  if (instance.writes !== undefined) headers['X-Stale-Ms'] = String(answer.staleMs)
  return headers
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
