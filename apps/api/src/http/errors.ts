/** Answers and logs failed requests. */
import { CacheError } from 'cache-core'
import type { Logger } from 'pino'
import { DatabaseAway } from '../posts/database-away.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { ApiContext } from './api-types.ts'
import { Problem, type ProblemDetails, problemResponse, rawPathOf } from './problem.ts'

/** Answers and logs a 4xx problem. */
export function refuse(context: ApiContext, details: ProblemDetails, log: AccessLog): Response {
  const response = problemResponse(context, details)
  if (log.isOn) {
    const { status, code, detail } = details
    const requestId = response.headers.get('X-Request-Id')!
    log.refusal({ method: context.req.method, path: rawPathOf(context.req.url), status, code, detail, requestId })
  }
  return response
}

/** Answers a `Problem` as it is and logs it as the client's error or as ours. Any other error is logged with its cause, but not shown. */
export function errorHandler(logger: Logger, log: AccessLog) {
  return (error: unknown, context: ApiContext): Response => {
    if (error instanceof Problem) {
      const { status, code, detail } = error.details
      if (status < 500) return refuse(context, error.details, log)
      const response = problemResponse(context, error.details)
      const requestId = response.headers.get('X-Request-Id')
      logger.warn({ method: context.req.method, path: context.req.path, status, code, requestId }, detail)
      return response
    }
    const details = detailsOf(error)
    const response = problemResponse(context, details)
    const requestId = response.headers.get('X-Request-Id')
    logger.error({ err: error, requestId, method: context.req.method, path: context.req.path }, details.detail)
    return response
  }
}

function detailsOf(error: unknown): ProblemDetails {
  if (error instanceof DatabaseAway) return DATABASE_AWAY
  const code = error instanceof CacheError ? error.code : undefined
  if (code === 'WRITE_REFUSED') return QUEUE_AWAY
  return code === 'WRITE_UNKNOWN' ? WRITE_UNKNOWN : INTERNAL
}

const INTERNAL: ProblemDetails = { status: 500, code: 'internal', detail: 'internal error; see the log' }

const DATABASE_AWAY: ProblemDetails = {
  status: 503,
  code: 'database-away',
  detail: 'the database did not answer; try again',
  headers: { 'Retry-After': '1' },
}

const QUEUE_AWAY: ProblemDetails = {
  status: 503,
  code: 'queue-away',
  detail:
    'the queue of writes did not answer, or has not stored earlier writes of this post; nothing was written; try again',
  headers: { 'Retry-After': '1' },
}

const WRITE_UNKNOWN: ProblemDetails = {
  status: 503,
  code: 'write-unknown',
  detail:
    'the queue of writes did not answer; the write may be queued, and is stored then; read the post before you try again',
  headers: { 'Retry-After': '1' },
}
