import http from 'k6/http'
import { type Failure, failureOf, type Outcome, outcomeOf, statusFailure } from './outcomes.ts'

export interface Target {
  baseUrl: string
  strategy: string
  acceptEncoding: string
}

export type ReadAnswer =
  | {
      outcome: Outcome
      ms: number
      /** For how long the value had been replaced by an acknowledged write; 0 = current, undefined = the API can't say. */
      staleForMs: number | undefined
    }
  | { failure: Failure }

export type WriteAnswer = { ms: number } | { failure: Failure }

export function readPost(target: Target, id: number): ReadAnswer {
  return read(target, `/api/posts/${id}`, 'GET /api/posts/:id')
}

/** All posts in one answer: 3.6 MB of JSON for 10,000. */
export function readList(target: Target): ReadAnswer {
  return read(target, '/api/posts', 'GET /api/posts')
}

/** Changes the title and nothing else, through the strategy: rows and their sizes stay comparable. */
export function renamePost(target: Target, id: number, title: string): WriteAnswer {
  const response = send('PATCH', `${target.baseUrl}/api/posts/${id}?strategy=${target.strategy}`, {
    body: JSON.stringify({ title }),
    headers: { 'Content-Type': 'application/json', 'Accept-Encoding': target.acceptEncoding },
    name: 'PATCH /api/posts/:id',
  })
  if ('failure' in response) return response
  return response.status === 200 ? { ms: response.timings.duration } : { failure: statusFailure(response.status) }
}

function read(target: Target, path: string, name: string): ReadAnswer {
  const response = send('GET', `${target.baseUrl}${path}?strategy=${target.strategy}`, {
    body: null,
    headers: { 'Accept-Encoding': target.acceptEncoding },
    name,
  })
  if ('failure' in response) return response
  if (response.status !== 200) return { failure: statusFailure(response.status) }
  const outcome = outcomeOf(response.headers['X-Cache'])
  if (outcome === undefined) return { failure: 'no-x-cache' }
  if (response.headers['X-Cache-Strategy'] !== target.strategy) return { failure: 'other-strategy' }
  const staleFor = response.headers['X-Stale-Ms']
  return { outcome, ms: response.timings.duration, staleForMs: staleFor === undefined ? undefined : Number(staleFor) }
}

interface Request {
  body: string | null
  headers: Record<string, string>
  /** Under which k6 files the request, so that addresses with ids stay one series. */
  name: string
}

/** Needs `options.throw`: otherwise k6 logs a line for every request that gets no answer. */
function send(method: string, url: string, { body, headers, name }: Request) {
  try {
    return http.request(method, url, body, { headers, timeout: '10s', tags: { name } })
  } catch (error) {
    return { failure: failureOf(String((error as Error).message)) }
  }
}
