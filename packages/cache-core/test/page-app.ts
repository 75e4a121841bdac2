/** Apps with `cachePage`, and the requests of their tests. */
import { Hono } from 'hono'
import { type CachePageOptions, cachePage } from '../src/hono/index.ts'
import {
  type Cache,
  cacheAside,
  createCache,
  invalidate,
  memoryStore,
  type ReadStrategy,
  type Runtime,
  systemRuntime,
} from '../src/index.ts'

export const newCache = (read: ReadStrategy = cacheAside(), runtime: Runtime = systemRuntime): Cache<unknown> =>
  createCache({ store: memoryStore({ runtime }), read, write: invalidate(), runtime })

/** An app whose handler answers `respond(run number)`, and counts its runs. */
export function appOf(
  respond: (run: number, request: Request) => Response | Promise<Response>,
  options: Partial<CachePageOptions> = {},
) {
  const app = new Hono()
  const seen = { runs: 0 }
  const cache = options.cache ?? newCache()
  app.all('/page/*', cachePage({ cache, ...options }), (context) => respond(++seen.runs, context.req.raw))
  app.onError((error, context) => context.text(`failed: ${error.message}`, 500))
  const get = async (path = '/page/a', init: RequestInit = {}) => app.request(path, init)
  return { app, seen, get, cache: cache as Cache<unknown> }
}

export const told = async (response: Response) => [response.headers.get('X-Cache'), await response.text()]

/** Always serves the entry, and starts a background refresh each time. */
export const alwaysRefresh = (): ReadStrategy => ({ ...cacheAside(), evaluate: () => 'refresh' }) as ReadStrategy

/** A refresh in memory needs only a few ticks of the event loop. */
export async function settledRefresh(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}
