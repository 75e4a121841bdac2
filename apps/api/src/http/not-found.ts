import type { AccessLog } from '../telemetry/access-log.ts'
import type { ApiContext } from './api-types.ts'
import { refuse } from './errors.ts'
import { shown } from './problem.ts'
import { findRoute, type KnownRoute } from './route-list.ts'

/** 405 if the path exists with other methods, otherwise 404. */
export function notFoundHandler(routes: readonly KnownRoute[], log: AccessLog) {
  return (context: ApiContext): Response => {
    const { method, path } = context.req
    const route = findRoute(routes, path)
    if (route === undefined) {
      const detail = `there is nothing at ${shown(path)}; GET / lists all routes`
      return refuse(context, { status: 404, code: 'no-such-route', detail }, log)
    }
    const allowed = route.methods.join(', ')
    const detail = `${path.slice(0, 200)} allows ${allowed}, not ${method}`
    return refuse(context, { status: 405, code: 'method-not-allowed', detail, headers: { Allow: allowed } }, log)
  }
}
