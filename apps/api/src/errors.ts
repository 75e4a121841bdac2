/** What becomes of a request that failed. */
import type { Logger } from 'pino'
import type { AccessLog } from './access-log.ts'
import type { ApiContext } from './api-types.ts'
import { DatabaseAway } from './database-away.ts'
import { Problem, type ProblemDetails, problemResponse, rawPathOf } from './problem.ts'

/** A problem of the client's, answered and logged. */
export function refuse(context: ApiContext, details: ProblemDetails, log: AccessLog): Response {
  const response = problemResponse(context, details)
  if (log.isOn) {
    const { status, code, detail } = details
    const requestId = response.headers.get('X-Request-Id')!
    log.refusal({ method: context.req.method, path: rawPathOf(context.req.url), status, code, detail, requestId })
  }
  return response
}

/** Problems are answered as they are; anything else is logged with its cause, and never shown. */
export function errorHandler(logger: Logger, log: AccessLog) {
  return (error: unknown, context: ApiContext): Response => {
    if (error instanceof Problem) return refuse(context, error.details, log)
    const details = error instanceof DatabaseAway ? DATABASE_AWAY : INTERNAL
    const response = problemResponse(context, details)
    const requestId = response.headers.get('X-Request-Id')
    logger.error({ err: error, requestId, method: context.req.method, path: context.req.path }, details.detail)
    return response
  }
}

const INTERNAL: ProblemDetails = { status: 500, code: 'internal', detail: 'something went wrong here; see the log' }

const DATABASE_AWAY: ProblemDetails = {
  status: 503,
  code: 'database-away',
  detail: 'the database did not answer; try again',
  headers: { 'Retry-After': '1' },
}
