/** The response in Hono's context: a page or the handler's own, with the headers of its request and of this cache. */
import type { Context } from 'hono'
import type { Outcome, ReadResult } from '../read-result.ts'
import { isKnown, namesIn, type StoredPage } from './stored-page.ts'

const X_CACHE = {
  hit: 'HIT',
  stale: 'STALE',
  miss: 'MISS',
  collapsed: 'COLLAPSED',
  bypass: 'BYPASS',
} as const satisfies Record<Outcome, string>

type Shown = Pick<ReadResult<unknown>, 'outcome' | 'ageMs' | 'ttlMs'>

/**
 * Answers with a page, or with 304 if the client has it.
 *
 * @param outer headers set by earlier middlewares, for this request only
 * @param vary names of the headers in the key
 */
export function answer(
  context: Context,
  page: StoredPage,
  shown: Shown,
  outer: Headers,
  vary: readonly string[],
): void {
  const own = new Headers(page.headers.map(([name, value]): [string, string] => [name, value]))
  const headers = withOuter(own, outer)
  const names = varyWith(headers.get('Vary'), vary)
  if (names !== undefined) headers.set('Vary', names)
  headers.set('ETag', page.etag)
  headers.set('Age', String(Math.floor(shown.ageMs / 1_000)))
  headers.set('X-Cache', X_CACHE[shown.outcome])
  headers.set('Cache-Status', cacheStatus(shown))
  if (isKnown(context.req.header('If-None-Match'), page.etag)) {
    headers.delete('Content-Type')
    replace(context, new Response(null, { status: 304, headers }))
    return
  }
  headers.set('Content-Length', String(page.body.length))
  replace(context, new Response(page.body, { headers }))
}

/** Answers with the response of this request's own handler. */
export function answerPrivately(context: Context, outer: Headers, vary: readonly string[]): void {
  const { status, statusText, headers, body } = context.res
  replace(context, new Response(body, { status, statusText, headers: withOuter(headers, outer) }))
  sayBypassed(context, vary)
}

export function sayBypassed(context: Context, vary: readonly string[]): void {
  const names = varyWith(context.res.headers.get('Vary'), vary)
  if (names !== undefined) context.header('Vary', names)
  context.header('X-Cache', 'BYPASS')
  context.header('Cache-Status', cacheStatus({ outcome: 'bypass', ageMs: 0, ttlMs: 0 }))
}

/** Removes the headers set so far. */
export function setAside(context: Context, outer: Headers): void {
  context.res = undefined
  // The line above sets it to true, and Hono then ignores the handler's response.
  context.finalized = false
  for (const name of new Set(outer.keys())) context.header(name, undefined)
}

/** Sets `undefined` first: otherwise Hono copies the old response's headers into the new one. */
export function replace(context: Context, response: Response): void {
  context.res = undefined
  context.res = response
}

/** Called before an error is thrown: leaves only the earlier middlewares' headers to the error handler's response. */
export function forget(context: Context, outer: Headers, error: unknown): unknown {
  replace(context, new Response(null, { headers: outer }))
  return error
}

/** RFC 9211. */
function cacheStatus({ outcome, ttlMs }: Shown): string {
  switch (outcome) {
    case 'hit':
    case 'stale':
      return `cache-core; hit; ttl=${Math.floor(ttlMs / 1_000)}`
    case 'miss':
      return ttlMs > 0 ? 'cache-core; fwd=uri-miss; stored' : 'cache-core; fwd=uri-miss'
    case 'collapsed':
      return 'cache-core; fwd=uri-miss; collapsed'
    case 'bypass':
      return 'cache-core; fwd=bypass'
  }
}

/** The headers of a response, plus those of its request's middlewares that the response doesn't set itself. */
function withOuter(own: Headers, outer: Headers): Headers {
  const headers = new Headers(own)
  for (const [name, value] of outer) {
    if (name === 'set-cookie') headers.append(name, value)
    else if (name === 'vary') headers.set(name, varyWith(headers.get(name), namesIn(value)) ?? headers.get(name)!)
    else if (!headers.has(name)) headers.set(name, value)
  }
  return headers
}

function varyWith(given: string | null, vary: readonly string[]): string | undefined {
  const known = namesIn(given)
  const missing = known.includes('*') ? [] : vary.filter((name) => !known.includes(name))
  if (missing.length === 0) return undefined
  return given ? `${given}, ${missing.join(', ')}` : missing.join(', ')
}
