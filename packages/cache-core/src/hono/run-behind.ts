import type { Context } from 'hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'

/**
 * Runs the handlers after a middleware as a new request, since the original request has its answer and owns its context. Throws
 * the handlers' errors, unless they have their own error handler.
 *
 * @param index the middleware's position among the handlers of the request
 * @returns the response, and the error if an error handler made the response
 */
export async function runBehind(
  context: Context,
  index: number,
): Promise<{ readonly response: Response; readonly error: Error | undefined }> {
  const { path, raw } = context.req
  const app = new Hono({ getPath: () => path })
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    throw error
  })
  let own: Context | undefined
  // Variables set by earlier middlewares.
  app.use(async (inner: Context, next) => {
    own = inner
    for (const [name, value] of Object.entries(context.var)) inner.set(name, value)
    await next()
  })
  for (const route of matchedRoutes(context).slice(index + 1)) {
    if (route.method === 'ALL') app.all(route.path, route.handler)
    else app.on(route.method, route.path, route.handler)
  }
  const headers = new Headers(raw.headers)
  // A 304 would have no page.
  for (const name of ['If-None-Match', 'If-Modified-Since']) headers.delete(name)
  const response = await app.fetch(new Request(raw.url, { headers }), context.env, executionCtxOf(context))
  return { response, error: own?.error }
}

/** Hono throws if there is no execution context, as under Node. */
function executionCtxOf(context: Context): Context['executionCtx'] | undefined {
  try {
    return context.executionCtx
  } catch {
    return undefined
  }
}
