/** Errors as clients see them: `application/problem+json` (RFC 9457). */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ApiContext } from './api-types.ts'

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 412 | 413 | 415 | 417 | 431 | 500 | 503

export interface ProblemDetails {
  readonly status: ProblemStatus
  /** The kind of problem, for programs: the last part of `type`. */
  readonly code: string
  /** The reason and the correction, for people. Shown to the client. */
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown anywhere in a request to answer it with a problem. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly details: ProblemDetails

  constructor(details: ProblemDetails, options?: { cause?: unknown }) {
    super(details.detail, options)
    this.details = details
  }
}

/** An invalid request. */
export function badRequest(code: string, detail: string): Problem {
  return new Problem({ status: 400, code, detail })
}

/** Quotes and truncates a client's text for an error message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** For a `detail`: `under A, B: why`, for each reason why something failed under some strategies. */
export function byReason(failures: readonly { readonly name: string; readonly why: string }[]): string[] {
  const groups = Map.groupBy(failures, ({ why }) => why)
  return [...groups].map(([why, failed]) => `under ${failed.map(({ name }) => name).join(', ')}: ${why}`)
}

/** @param path as sent; undefined if none could be read */
export function problemBody({ status, code, detail }: ProblemDetails, path: string | undefined, requestId: string) {
  return {
    type: `urn:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    ...(path !== undefined && { instance: path.slice(0, 200) }),
    requestId,
  }
}

/** The response for a problem. `headers` are those that the route sends with every answer. */
export function problemResponse(
  context: ApiContext,
  details: ProblemDetails,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const requestId = requestIdOf(context.req.header('X-Request-Id'))
  const body = problemBody(details, rawPathOf(context.req.url), requestId)
  return new Response(JSON.stringify(body), {
    status: details.status,
    headers: {
      'Content-Type': 'application/problem+json',
      'X-Request-Id': requestId,
      ...details.headers,
      ...headers,
    },
  })
}

/** The path of an absolute URL as sent, without decoding. */
export function rawPathOf(url: string): string {
  return /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? ''
}

/** The caller's id if it is safe in a log and a header, otherwise a new one. Only errors need one. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
}
