import type { z } from 'zod'
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi'
import { MAX_BODY_BYTES } from '../read-json.ts'
import { problemHeaders, readHeaders } from './headers.ts'
import { problem } from './schemas.ts'

/** An answer of JSON. */
export function json(description: string, schema: z.ZodType, headers?: z.ZodObject): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } }, ...(headers && { headers }) }
}

const WHAT = {
  400: 'Something in the request can’t be meant so; `detail` says what',
  401: 'The admin token is missing or wrong',
  403: 'For callers on the same machine',
  404: 'There is no such thing',
  413: `The body has more than ${MAX_BODY_BYTES / 1_024} KiB`,
  415: 'The body is not said to be JSON in UTF-8',
  500: 'Something went wrong here',
  503: 'The database did not answer',
} as const

/** Answers of problem+json. */
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

/** "There is no such post", as the cache knows it. */
export const cachedAbsence: ZodOpenApiResponsesObject = {
  '404': {
    description: 'There is no such post; that is cached too',
    headers: readHeaders.extend(problemHeaders.shape),
    content: { 'application/problem+json': { schema: problem } },
  },
}

export const writeProblems = problems(400, 413, 415, 500, 503)
export const adminProblems = problems(400, 401, 403, 413, 415, 500)
