/** Reads and writes one post, and returns the outcome as an operation. */
import { postKey } from 'posts-db/keys'
import type { Answer, HttpClient } from './http-client.ts'
import { monotonicMs, type Operation } from './operation.ts'

export interface Target {
  /** The API process, such as `http://127.0.0.1:3000`. */
  readonly url: string
  readonly strategy: string
  readonly id: number
}

export async function readPost(http: HttpClient, client: string, target: Target): Promise<Operation> {
  const url = postUrl(target)
  const start = monotonicMs()
  const answer = await http.send('GET', url)
  return operation(client, 'read', target, start, answer, versionOf(answer, target.id) === null ? 'failed' : 'ok')
}

export async function writePost(http: HttpClient, client: string, target: Target, title: string): Promise<Operation> {
  const url = postUrl(target)
  const start = monotonicMs()
  const answer = await http.send('PATCH', url, { title })
  const refused = answer.status >= 400 && answer.status < 500
  const outcome = versionOf(answer, target.id) !== null ? 'ok' : refused ? 'failed' : 'unknown'
  return operation(client, 'write', target, start, answer, outcome)
}

function postUrl({ url, strategy, id }: Target): URL {
  return new URL(`/api/posts/${id}?strategy=${encodeURIComponent(strategy)}`, url)
}

function operation(
  client: string,
  op: Operation['op'],
  { url, id }: Target,
  start: number,
  answer: Answer,
  outcome: Operation['outcome'],
): Operation {
  const { status, cache } = answer
  const version = versionOf(answer, id)
  const server = new URL(url).host
  return {
    client,
    key: postKey(id),
    op,
    version,
    start,
    end: monotonicMs(),
    outcome,
    status,
    ...(cache && { cache }),
    server,
  }
}

/** Null for anything but the requested post. */
function versionOf({ status, body }: Answer, id: number): number | null {
  if (status !== 200) return null
  try {
    const post = JSON.parse(body) as { id?: unknown; version?: unknown }
    return post.id === id && Number.isInteger(post.version) ? (post.version as number) : null
  } catch {
    return null
  }
}
