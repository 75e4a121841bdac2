/** What becomes of a request that failed. */
import type { Logger } from 'pino'
import type { ApiContext } from './api-types.ts'
import { DatabaseAway } from './database-away.ts'
import { Problem, type ProblemDetails, problemResponse } from './problem.ts'

/** Problems are answered as they are; anything else is logged with its cause, and never shown. */
export function errorHandler(logger: Logger) {
  return (error: unknown, context: ApiContext): Response => {
    if (error instanceof Problem) return problemResponse(context, error.details)
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
