/**
 * Middleware for Hono that keeps whole responses, like Django's `cache_page`.
 *
 * A response is stored only if it may be shared. Otherwise the callers that waited for it run their own handler.
 */
import type { Context, MiddlewareHandler, Next } from 'hono'
import {
  badOption,
  checkMethods,
  checkNames,
  checkNumber,
  checkOptions,
  MAX_TTL_MS,
  type OptionNames,
} from '../check.ts'
import type { Cache } from '../create-cache.ts'
import { CacheError } from '../errors.ts'
import type { LoadContext } from '../load-run.ts'
import type { ReadResult } from '../read-result.ts'
import { answer, answerPrivately, forget, replace, sayBypassed, setAside } from './answer.ts'
import { pageKey } from './page-key.ts'
import { runBehind } from './run-behind.ts'
import { decodePage, encodePage, isShareable, isStorable, maxAgeMs, readBody } from './stored-page.ts'

export interface CachePageOptions {
  /** A cache whose codec keeps a `Buffer` as it is, such as `jsonCodec`, the default, or `bytesCodec`. Keys are `page:/path`. */
  readonly cache: Pick<Cache<Buffer>, 'read'> & Partial<Pick<Cache<Buffer>, 'guarantee'>>
  /**
   * How long a page is fresh, in milliseconds. The minimum is 1; the maximum and the default are the strategy's TTL. A
   * shorter `s-maxage` or `max-age` of the page overrides it.
   */
  readonly ttlMs?: number
  /**
   * Names of the query parameters that the page depends on. The others are not in the key: requests that differ only in them get
   * the same page, so the handler must not read them. Default: all parameters, in any order.
   */
  readonly query?: readonly string[]
  /**
   * Names of the request headers that the page depends on. They are part of the key and are added to `Vary`. Give `host` if the
   * app answers by host name. Default none.
   */
  readonly vary?: readonly string[]
  /** Tags that invalidate the pages. Default none. */
  readonly tags?: readonly string[]
}

const OPTIONS: OptionNames<CachePageOptions> = { cache: true, ttlMs: true, query: true, vary: true, tags: true }
const HEADER_NAME = /^[\w!#$%&'+.^`|~-]+$/

/** The outcome of one request's handler. */
type Handled =
  | { readonly kind: 'page'; readonly bytes: Buffer; readonly maxAgeMs: number | undefined }
  /** The response is only for this caller. */
  | { readonly kind: 'private' }
  /** If `isAnswered`, the app's error handler has answered; otherwise `error` must still be thrown. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isAnswered: boolean }

/** The failure of a load, as the cache sees it. The `cause` is only for the caller whose handler failed. */
class PageFailed extends Error {
  override readonly name = 'PageFailed'
}

/**
 * Middleware that answers GET and HEAD from `cache`, and keeps the status, headers and body of a 200 that the handlers after it
 * return for GET. It never keeps or shares a response with `Set-Cookie`; with `Cache-Control: private`, `no-store`, `no-cache` or a
 * maximum age of 0; with a `Vary` header that is not in `vary`; with a compressed body, unless `Accept-Encoding` is in `vary`; an
 * event stream or another stream of parts; or with a body that fails or exceeds 8 MiB. Requests with `Authorization` or `Range`
 * bypass it.
 *
 * Headers set by earlier middlewares belong to their request: they are not stored, and each answer has those of its own request.
 *
 * If a page is personal for any other reason (such as a cookie that the handler reads), the handler must set one of these headers.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { bytesCodec, createCache, invalidate, memoryStore, stampedeLock } from 'cache-core'
 * import { cachePage } from 'cache-core/hono'
 * import { Hono } from 'hono'
 *
 * const pages = createCache({ store: memoryStore(), read: stampedeLock(), write: invalidate(), codec: bytesCodec })
 * const app = new Hono()
 * app.get('/posts', cachePage({ cache: pages, ttlMs: 60_000, query: ['page'], tags: ['posts'] }), (c) => c.html('<h1>Posts</h1>'))
 * ```
 */
export function cachePage(options: CachePageOptions): MiddlewareHandler {
  checkOptions('cachePage', options, OPTIONS)
  const { cache, ttlMs, query, tags } = options
  checkMethods('cache', cache, ['read'], 'give what createCache returns')
  if (ttlMs !== undefined) checkNumber('ttlMs', ttlMs, { min: 1, max: MAX_TTL_MS })
  if (query !== undefined) checkNames('query', query)
  if (tags !== undefined) checkNames('tags', tags)
  const vary = checkVary(options.vary ?? [])
  checkTtlOf(cache, ttlMs)
  const readOptions = { ...(ttlMs !== undefined && { ttlMs }), ...(tags !== undefined && { tags }) }

  return async function pageFromCache(context: Context, next: Next): Promise<void> {
    const { req } = context
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    const { routeIndex } = req
    if (req.header('Authorization') !== undefined || req.header('Range') !== undefined) {
      await next()
      return sayBypassed(context, vary)
    }
    // Set by earlier middlewares, for this request only.
    const outer = new Headers(context.res.headers)
    const mayKeep = (response: Response) => isStorable(response, vary) && isShareable(outer, vary)
    const run = () => handle(context, next, outer, mayKeep)
    let own: Handled | undefined
    let isAnswered = false

    async function load(loading: LoadContext): Promise<Buffer | undefined> {
      if (isAnswered || loading.isBehindAnswer) return loadBehind(loading)
      // A handler runs once per request. Its response is older than this load's lease, so it must not be kept.
      if (own !== undefined) loading.skip()
      own ??= await run()
      if (own.kind === 'page') {
        limitTtl(loading, own.maxAgeMs)
        return own.bytes
      }
      if (own.kind === 'failed') throw new PageFailed('the handler of this page failed', { cause: own.error })
      // There is nothing to share.
      loading.skip()
      return undefined
    }

    async function loadBehind(loading: LoadContext): Promise<Buffer | undefined> {
      const { response, error } = await runBehind(context, routeIndex)
      if (error === undefined && mayKeep(response)) {
        const body = await readBody(response.body, loading.signal)
        if (Buffer.isBuffer(body)) {
          limitTtl(loading, maxAgeOf(response, outer))
          return encodePage(response, body)
        }
        await body.cancel()
      } else await response.body?.cancel()
      // The page is gone: drop it, and each reader's own handler will answer.
      if (response.status === 404 || response.status === 410) return undefined
      if (error !== undefined || response.status >= 500) {
        throw new PageFailed(`the handler of this page answered ${response.status}`, { cause: error })
      }
      loading.skip()
      return undefined
    }

    function limitTtl(loading: LoadContext, maxAge: number | undefined): void {
      if (maxAge === undefined || maxAge >= (ttlMs ?? Number.POSITIVE_INFINITY)) return
      try {
        loading.setTtl(maxAge)
      } catch (error) {
        // `maxAge` is longer than the strategy's TTL, so that TTL applies.
        if (!(error instanceof CacheError && error.code === 'BAD_OPTION')) throw error
      }
    }

    let result: ReadResult<Buffer> | undefined
    try {
      result = await cache.read(
        pageKey({ path: req.path, url: req.url, header: (name) => req.header(name) }, query, vary),
        load,
        readOptions,
      )
    } catch (error) {
      if (own?.kind !== 'failed' && !(error instanceof PageFailed)) throw forget(context, outer, error)
    }
    isAnswered = true
    const page = own?.kind === 'private' ? undefined : decodePage(result?.value)
    if (page !== undefined) return answer(context, page, result!, outer, vary)
    // This request waited for a load whose response was private.
    own ??= await run()
    if (own.kind === 'page') {
      const bypass = { outcome: 'bypass', ageMs: 0, ttlMs: 0 } as const
      return answer(context, decodePage(own.bytes)!, bypass, outer, vary)
    }
    if (own.kind === 'failed' && !own.isAnswered) throw forget(context, outer, own.error)
    answerPrivately(context, outer, vary)
  }
}

/** Runs the handlers after this one without the headers of earlier middlewares, and takes their response if it may be shared. */
async function handle(
  context: Context,
  next: Next,
  outer: Headers,
  mayKeep: (response: Response) => boolean,
): Promise<Handled> {
  try {
    setAside(context, outer)
    await next()
    const { res } = context
    if (res.status >= 500) {
      return { kind: 'failed', error: context.error ?? `it answered ${res.status}`, isAnswered: true }
    }
    // An error thrown to refuse this caller must not reach others. A handler may omit the body of an answer to HEAD.
    const isOwn = context.error !== undefined || context.req.method === 'HEAD'
    if (isOwn || !mayKeep(res)) return { kind: 'private' }
    const body = await readBody(res.body, context.req.raw.signal)
    if (Buffer.isBuffer(body)) return { kind: 'page', bytes: encodePage(res, body), maxAgeMs: maxAgeOf(res, outer) }
    replace(context, new Response(body, res))
    return { kind: 'private' }
  } catch (error) {
    return { kind: 'failed', error, isAnswered: false }
  }
}

function maxAgeOf({ headers }: Response, outer: Headers): number | undefined {
  const ages = [maxAgeMs(headers), maxAgeMs(outer)].filter((age) => age !== undefined)
  return ages.length === 0 ? undefined : Math.min(...ages)
}

/** In lower case, sorted, without duplicates. @throws CacheError `BAD_OPTION` */
function checkVary(names: readonly string[]): readonly string[] {
  checkNames('vary', names)
  const bad = names.find((name) => !HEADER_NAME.test(name))
  if (bad !== undefined) throw badOption('vary', bad, 'give names of request headers, such as Accept-Language')
  return [...new Set(names.map((name) => name.toLowerCase()))].sort()
}

/** Checks `ttlMs` against the cache's guarantee, if known. @throws CacheError `BAD_OPTION` */
function checkTtlOf(cache: CachePageOptions['cache'], ttlMs: number | undefined): void {
  const longest = cache.guarantee?.staleForAtMostMs ?? 0
  // If `longest` is 0, the cache keeps nothing or its guarantee is not known.
  if (ttlMs !== undefined && longest > 0) checkNumber('ttlMs', ttlMs, { min: 1, max: longest })
}
