import type { z } from 'zod'
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import { MAX_BODY_BYTES } from '../http/read-json.ts'
import { etag, problemHeaders, readHeaders } from './headers.ts'
import { problem } from './schemas.ts'

/** A JSON answer. */
export function json(description: string, schema: z.ZodType, headers?: z.ZodObject): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } }, ...(headers && { headers }) }
}

const WHAT = {
  400: 'The request is invalid; `detail` has the reason',
  401: 'The admin token is missing or wrong',
  403: 'Only callers on the same machine are allowed',
  404: 'Not found',
  409: 'Not now, or not with this configuration; `detail` has the reason',
  413: `The body has more than ${MAX_BODY_BYTES / 1_024} KiB`,
  415: 'The Content-Type is not JSON in UTF-8',
  500: 'Internal error',
  503: 'The database or, under write-behind, the queue of writes did not answer',
} as const

/** Answers as problem+json. */
export function problems(...statuses: readonly (keyof typeof WHAT)[]): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    statuses.map((status) => [
      `${status}`,
      {
        description: WHAT[status],
        headers:
          status === 503
            ? problemHeaders.extend({ 'Retry-After': problemHeaders.shape['X-Request-Id'] })
            : problemHeaders,
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}

/** A cached "there is no such post". */
export const cachedAbsence: ZodOpenApiResponsesObject = {
  '404': {
    description: 'There is no such post; this answer is cached too',
    headers: readHeaders.extend(problemHeaders.shape),
    content: { 'application/problem+json': { schema: problem } },
  },
}

/** Only for failures that are not retried; a store retries the others. */
export const notInvalidated: ZodOpenApiResponsesObject = {
  '503': {
    description: 'Some strategies did not invalidate and will not retry; `detail` names them and the reason',
    headers: problemHeaders,
    content: { 'application/problem+json': { schema: problem } },
  },
}

/** The post's version is not the one that the writer expects. */
export const preconditionFailed: ZodOpenApiResponsesObject = {
  '412': {
    description: 'The precondition does not hold; nothing was changed. ETag has the current value for the post',
    headers: problemHeaders.extend({ ETag: etag }),
    content: { 'application/problem+json': { schema: problem } },
  },
}

export const writeProblems = problems(400, 413, 415, 500, 503)
export const adminProblems = problems(400, 401, 403, 413, 415, 500)
