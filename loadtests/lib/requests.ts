import http, { type RefinedResponse, type ResponseType } from 'k6/http'
import { type Failure, failureOf, type Outcome, outcomeOf, statusFailure } from './outcomes.ts'

export interface Target {
  baseUrl: string
  strategy: string
  acceptEncoding: string
  /** Whether all writes go through the process at `baseUrl`: otherwise what it says of staleness is not the whole. */
  knowsAllWrites: boolean
}

export type ReadAnswer =
  | {
      outcome: Outcome
      /** Waiting for a connection and making it included. */
      ms: number
      /** For how long the value had been replaced by an acknowledged write; 0 = current, undefined = the API can't say. */
      staleForMs: number | undefined
      /** 404: there is no such post. */
      isMissing: boolean
    }
  | { failure: Failure }

export type WriteAnswer = { ms: number } | { failure: Failure }

/** @param mayBeMissing whether 404 is an answer like any other: where the post may still be on its way */
export function readPost(target: Target, id: number, mayBeMissing = false): ReadAnswer {
  return read(target, `/api/posts/${id}?`, 'GET /api/posts/:id', mayBeMissing)
}

/** All posts in one answer: 3.6 MB of JSON for 10,000. */
export function readList(target: Target): ReadAnswer {
  return read(target, '/api/posts?', 'GET /api/posts')
}

/** Up to `limit` posts with ids above `after`: how the read went, and their ids. */
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

/** The first 20. */
export function readPage(target: Target): ReadAnswer {
  return read(target, '/api/posts?limit=20&', 'GET /api/posts?limit=20')
}

/** The report over all posts, by author. */
export function readReport(target: Target): ReadAnswer {
  return read(target, '/api/authors?', 'GET /api/authors')
}

/** Changes the title and nothing else, through the strategy: rows and their sizes stay comparable. */
export function renamePost(target: Target, id: number, title: string): WriteAnswer {
  const response = send('PATCH', `${target.baseUrl}/api/posts/${id}?strategy=${target.strategy}`, {
    body: JSON.stringify({ title }),
    headers: { 'Content-Type': 'application/json', 'Accept-Encoding': target.acceptEncoding },
    name: 'PATCH /api/posts/:id',
  })
  return writeAnswer(response, 200)
}

/** A new post, about as long as the others. Answers its id too. */
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

/** Undefined where there is no such post: then nothing was written. */
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

/** @param path ends where the strategy's parameter goes */
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

/** Names the first operation that failed, once per virtual user: the table only counts them. */
function logFirst(line: string): void {
  if (!hasLogged) console.error(line)
  hasLogged = true
}

/** What k6 calls duration begins when a connection is there; `blocked` is the wait for it, connecting included. */
function msOf({ timings }: Response): number {
  return timings.blocked + timings.duration
}

interface Request {
  body: string | null
  headers: Record<string, string>
  /** Under which k6 files the request, so that addresses with ids stay one series. */
  name: string
  /** `text` where the body is read. Default: it is thrown away. */
  responseType?: ResponseType
}

type Response = RefinedResponse<ResponseType | undefined>

/** Needs `options.throw`: otherwise k6 logs a line for every request that gets no answer. */
function send(method: string, url: string, { body, headers, name, responseType = 'none' }: Request) {
  try {
    return http.request(method, url, body, { headers, timeout: '10s', tags: { name }, responseType }) as Response
  } catch (error) {
    const { message } = error as Error
    logFirst(`${method} ${url} got no answer: ${message}`)
    return { failure: failureOf(String(message)) }
  }
}
