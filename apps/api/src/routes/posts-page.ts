import { hash } from 'node:crypto'
import type { Outcome } from 'cache-core'
import { cachePage } from 'cache-core/hono'
import type { MiddlewareHandler } from 'hono'
import { LISTS_TAG } from 'posts-db/keys'
import type { Api, ApiContext } from '../http/api-types.ts'
import { greet, readerOf } from '../places/greeting.ts'
import { type Part, type PartsLayer, readParts } from '../places/page-parts.ts'
import { type PageRequest, readPageRequest } from '../places/page-request.ts'
import { CONTENT_SECURITY_POLICY, renderPage } from '../places/render.ts'
import { ifNoneMatch, isNotModified } from '../posts/conditional.ts'
import { X_CACHE } from '../posts/respond.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { AccessLog } from '../telemetry/access-log.ts'

/** `GET /posts`: posts and report as an HTML page with a personal greeting, cached in the layer that `?layer=` names. */
export function postsPageRoute(app: Api, instances: StrategyInstances, log: AccessLog): void {
  app.get(
    '/posts',
    async (context, next) => {
      const arrivedAt = performance.now()
      const request = readPageRequest(context, instances)
      const { instance, layer } = request
      const read = ({ key, outcome }: Pick<Part, 'key' | 'outcome'>) => {
        const ms = performance.now() - arrivedAt
        instance.counters.read(outcome, ms)
        if (log.isOn) log.read(instance.name, key, outcome, ms)
      }
      if (layer !== 'page') {
        const parts: Part[] = []
        const html = await countingFailures(instance, () => makePage(request, layer, read, parts))
        const said = parts.map(({ name, outcome }) => `${name}=${X_CACHE[outcome]}`)
        return forReader(context, instance, { html, etag: etagOf(html), said: said.join(', ') })
      }
      const key = pageKeyOf(request)
      await countingFailures(instance, async () => keptWhole(instance, key)(context, next))
      const { res } = context
      // A problem. (A strategy that serves a page despite an error has status 200.)
      if (res.status !== 200 && res.status !== 304) {
        instance.countFailure(context.error)
        return
      }
      const xCache = res.headers.get('X-Cache')!
      read({ key, outcome: xCache.toLowerCase() as Outcome })
      // The handler's ETag: present for every outcome, and the same for GET and HEAD.
      const shared = { html: await res.text(), etag: res.headers.get('ETag')!, said: `page=${xCache}` }
      const mine = forReader(context, instance, shared, res.status === 304)
      // Otherwise Hono would merge the shared page's headers into the reader's response.
      context.res = undefined
      context.res = mine
    },
    // The page that is kept whole, made from the origin's rows: without a greeting, but with the hole for it.
    async (context) => {
      const request = readPageRequest(context, instances)
      const html = await makePage(request, 'none')
      return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8', ETag: etagOf(html) } })
    },
  )
}

/** Keeps the page in its strategy's store. The key needs neither strategy nor layer, since they select the store. */
function keptWhole(instance: StrategyInstance, key: string): MiddlewareHandler {
  const read = ((_, load, options) => instance.pages.read(key, load, options)) as typeof instance.pages.read
  return cachePage({ cache: { read }, tags: [LISTS_TAG] })
}

/** The same key for every spelling of a request, so that one key invalidates the page. */
function pageKeyOf({ after }: PageRequest): string {
  return `page:/posts${after > 0 ? `?after=${after}` : ''}`
}

async function makePage(
  request: PageRequest,
  layer: PartsLayer,
  read: (part: Part) => void = () => {},
  parts: Part[] = [],
): Promise<string> {
  const [posts, authors] = await readParts(request, layer, read)
  parts.push(posts, authors)
  return renderPage({
    strategy: request.instance.name,
    layer: request.layer,
    after: request.after,
    next: posts.next,
    posts: posts.html,
    authors: authors.html,
  })
}

async function countingFailures<R>(instance: StrategyInstance, work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    instance.countFailure(error)
    throw error
  }
}

interface SharedPage {
  readonly html: string
  readonly etag: string
  /** The value of `X-Cache-Layers`. */
  readonly said: string
}

/** @param isKnown whether the client already has this page, regardless of its ETag */
function forReader(
  context: ApiContext,
  instance: StrategyInstance,
  { html, etag, said }: SharedPage,
  isKnown = false,
): Response {
  const reader = readerOf(context)
  const headers: Record<string, string> = {
    'Content-Type': 'text/html; charset=utf-8',
    // Private to one reader, and revalidated each time: nothing notifies a browser of changed posts.
    'Cache-Control': 'private, no-cache',
    Vary: 'Cookie',
    ETag: etagOf(JSON.stringify([etag, reader])),
    'X-Cache-Layers': said,
    'X-Cache-Strategy': instance.name,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
  }
  if (isKnown || isNotModified(ifNoneMatch(context), headers.ETag!)) {
    delete headers['Content-Type']
    return new Response(null, { status: 304, headers })
  }
  return new Response(greet(html, reader), { headers })
}

function etagOf(text: string): string {
  return `"${hash('sha256', text, 'base64url').slice(0, 22)}"`
}
