import http, { type RefinedResponse, type ResponseType } from 'k6/http'
import { type Failure, failureOf, type Outcome, outcomeOf, type ReadOp, statusFailure } from './outcomes.ts'

export interface Target {
  baseUrl: string
  strategy: string
  acceptEncoding: string
  /** Whether all writes go through the process at `baseUrl`: otherwise its X-Stale-Ms would be incomplete. */
  knowsAllWrites: boolean
}

export type ReadAnswer =
  | {
      outcome: Outcome
      /** Including the wait for a connection. */
      ms: number
      /** The time since an acknowledged write had replaced the value; 0 = current, undefined = unknown. */
      staleForMs: number | undefined
      /** 404: there is no such post. */
      isMissing: boolean
    }
  | { failure: Failure }

export type WriteAnswer = { ms: number } | { failure: Failure }

/** @param mayBeMissing whether 404 is a valid answer: the post may not be inserted yet */
export function readPost(target: Target, id: number, mayBeMissing = false): ReadAnswer {
  return read(target, pathOf(id), 'GET /api/posts/:id', mayBeMissing)
}

const pathOf = (id: number) => `/api/posts/${id}?`

/** The strategy's parameter is appended. */
const PATHS = { list: '/api/posts?', page: '/api/posts?limit=20&', report: '/api/authors?' } as const

/** Sends several reads concurrently, which is much faster than one after another. */
export function readTogether(
  target: Target,
  ids: readonly number[],
  kinds: readonly (keyof typeof PATHS)[],
): { op: ReadOp; answer: ReadAnswer }[] {
  const reads = [
    ...ids.map((id) => ({ op: 'read' as const, path: pathOf(id), name: 'GET /api/posts/:id' })),
    ...kinds.map((op) => ({ op, path: PATHS[op], name: `GET ${PATHS[op]}` })),
  ]
  const requests = reads.map(({ path, name }) => ({
    method: 'GET',
    url: `${target.baseUrl}${path}strategy=${target.strategy}`,
    params: {
      headers: { 'Accept-Encoding': target.acceptEncoding },
      timeout: '10s',
      tags: { name },
      responseType: 'none' as const,
    },
  }))
  try {
    const responses = http.batch(requests) as Response[]
    return reads.map(({ op }, at) => ({ op, answer: readAnswer(responses[at]!, target) }))
  } catch (error) {
    return [{ op: 'read', answer: { failure: failureOf(String((error as Error).message)) } }]
  }
}

/** All posts in one answer: 3.6 MB of JSON for 10,000. */
export function readList(target: Target): ReadAnswer {
  return read(target, PATHS.list, 'GET /api/posts')
}

/** Reads up to `limit` posts with ids above `after`; returns the answer and their ids. */
export function readIds(target: Target, after: number, limit: number): { answer: ReadAnswer; ids: number[] } {
  const path = `/api/posts?limit=${limit}&after=${after}&strategy=${target.strategy}`
  const response = send('GET', `${target.baseUrl}${path}`, {
    body: null,
    headers: { 'Accept-Encoding': target.acceptEncoding },
    name: 'GET /api/posts?limit&after',
    responseType: 'text',
  })
  const answer = readAnswer(response, target)
  if ('failure' in answer) return { answer, ids: [] }
  const posts = JSON.parse(String((response as Response).body)) as { id: number }[]
  return { answer, ids: posts.map(({ id }) => id) }
}

/** The first 20 posts. */
export function readPage(target: Target): ReadAnswer {
  return read(target, PATHS.page, 'GET /api/posts?limit=20')
}

/** The report over all posts, by author. */
export function readReport(target: Target): ReadAnswer {
  return read(target, PATHS.report, 'GET /api/authors')
}

/** Changes only the title, through the strategy, so that row sizes stay comparable. */
export function renamePost(target: Target, id: number, title: string): WriteAnswer {
  const response = send('PATCH', `${target.baseUrl}/api/posts/${id}?strategy=${target.strategy}`, {
    body: JSON.stringify({ title }),
    headers: { 'Content-Type': 'application/json', 'Accept-Encoding': target.acceptEncoding },
    name: 'PATCH /api/posts/:id',
  })
  return writeAnswer(response, 200)
}

/** Creates a post of typical length. Also returns its id. */
export function createPost(target: Target, title: string): ({ ms: number } & { id: number }) | { failure: Failure } {
  const response = send('POST', `${target.baseUrl}/api/posts?strategy=${target.strategy}`, {
    body: JSON.stringify({ title, content: CONTENT, author: 'Load test' }),
    headers: { 'Content-Type': 'application/json', 'Accept-Encoding': target.acceptEncoding },
    name: 'POST /api/posts',
  })
  const answer = writeAnswer(response, 201)
  if ('failure' in answer || 'failure' in response) return answer as { failure: Failure }
  const id = Number(/\/(\d+)$/.exec(response.headers.Location ?? '')?.[1])
  return Number.isSafeInteger(id) ? { ...answer, id } : { failure: 'status-other' }
}

const CONTENT = 'Words that were written for a load test, and are deleted when it is over. '.repeat(3)

/** Undefined if there is no such post: then nothing was written. */
export function deletePost(target: Target, id: number): WriteAnswer | undefined {
  const response = send('DELETE', `${target.baseUrl}/api/posts/${id}?strategy=${target.strategy}`, {
    body: null,
    headers: {},
    name: 'DELETE /api/posts/:id',
  })
  return 'status' in response && response.status === 404 ? undefined : writeAnswer(response, 204)
}

function writeAnswer(response: ReturnType<typeof send>, expected: number): WriteAnswer {
  if ('failure' in response) return response
  if (response.status === expected) return { ms: msOf(response) }
  return failed(statusFailure(response.status), response)
}

/** @param path the strategy's parameter is appended to it */
function read(target: Target, path: string, name: string, mayBeMissing = false): ReadAnswer {
  const response = send('GET', `${target.baseUrl}${path}strategy=${target.strategy}`, {
    body: null,
    headers: { 'Accept-Encoding': target.acceptEncoding },
    name,
  })
  return readAnswer(response, target, mayBeMissing)
}

function readAnswer(response: ReturnType<typeof send>, target: Target, mayBeMissing = false): ReadAnswer {
  if ('failure' in response) return response
  if (response.status !== 200 && !(mayBeMissing && response.status === 404)) {
    return failed(statusFailure(response.status), response)
  }
  const outcome = outcomeOf(response.headers['X-Cache'])
  if (outcome === undefined) return failed('no-x-cache', response)
  if (response.headers['X-Cache-Strategy'] !== target.strategy) return failed('other-strategy', response)
  const staleFor = target.knowsAllWrites ? response.headers['X-Stale-Ms'] : undefined
  return {
    outcome,
    ms: msOf(response),
    staleForMs: staleFor === undefined ? undefined : Number(staleFor),
    isMissing: response.status === 404,
  }
}

function failed(failure: Failure, { request, status }: Response): { failure: Failure } {
  logFirst(`${request.method} ${request.url} answered ${status}: counted as ${failure}`)
  return { failure }
}

let hasLogged = false

/** Logs the first failed operation of each virtual user: the table only counts failures. */
function logFirst(line: string): void {
  if (!hasLogged) console.error(line)
  hasLogged = true
}

/** k6's `duration` starts when the connection is ready; `blocked` is the wait for it, including connecting. */
function msOf({ timings }: Response): number {
  return timings.blocked + timings.duration
}

interface Request {
  body: string | null
  headers: Record<string, string>
  /** k6's name for the request, so that addresses with ids form one series. */
  name: string
  /** `text` if the body is needed. Default: it is discarded. */
  responseType?: ResponseType
}

type Response = RefinedResponse<ResponseType | undefined>

/** Needs `options.throw`: otherwise k6 logs a line for every request without an answer. */
function send(method: string, url: string, { body, headers, name, responseType = 'none' }: Request) {
  try {
    return http.request(method, url, body, { headers, timeout: '10s', tags: { name }, responseType }) as Response
  } catch (error) {
    const { message } = error as Error
    logFirst(`${method} ${url} got no answer: ${message}`)
    return { failure: failureOf(String(message)) }
  }
}
