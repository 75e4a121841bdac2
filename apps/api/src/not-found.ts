import type { ApiContext } from './api-types.ts'
import { problemResponse, shown } from './problem.ts'
import { findRoute, type KnownRoute } from './route-list.ts'

/** 405 where the path exists under other methods, else 404. */
export function notFoundHandler(routes: readonly KnownRoute[]) {
  return (context: ApiContext): Response => {
    const { method, path } = context.req
    const route = findRoute(routes, path)
    if (route === undefined) {
      const detail = `there is nothing at ${shown(path)}; GET / lists what there is`
      return problemResponse(context, { status: 404, code: 'no-such-route', detail })
    }
    const allowed = route.methods.join(', ')
    const detail = `${path.slice(0, 200)} takes ${allowed}, not ${method}`
    return problemResponse(context, { status: 405, code: 'method-not-allowed', detail, headers: { Allow: allowed } })
  }
}
