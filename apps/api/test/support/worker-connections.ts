/** Connections to an API with several WORKERS, one for each of its processes. */
import { Agent, type IncomingMessage, request } from 'node:http'
import type { ApiProcess } from 'local-servers'
import { eventsIn, type StreamEvent } from './stream-events.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  json<T = unknown>(): T
  readonly text: string
}

/** One kept connection, so that one process answers all its requests. */
export interface Connection {
  send(method: string, path: string, body?: unknown): Promise<Answer>
  /** The events of `GET /api/stats/stream`. From then on, the connection can send nothing else. */
  events(): AsyncGenerator<StreamEvent>
  close(): void
}

const MAX_TRIED = 20

function connect(base: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (method: string, path: string, body?: unknown) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
      const asked = request(base + path, { agent, method, headers }, (answer) => resolve(answer.setEncoding('utf8')))
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  return {
    async send(method, path, body) {
      const answer = await ask(method, path, body)
      const { statusCode: status = 0, headers } = answer
      const text = (await answer.toArray()).join('')
      return { status, headers, text, json: () => JSON.parse(text) }
    },
    async *events() {
      yield* eventsIn(await ask('GET', '/api/stats/stream'))
    },
    close: () => agent.destroy(),
  }
}

/**
 * Tells the processes apart by the entries in their own memory.
 *
 * @param id a post that no process has in memory yet
 */
export async function connectToEach({ url }: ApiProcess, workers: number, id: number): Promise<Connection[]> {
  const found: Connection[] = []
  for (let tried = 0; found.length < workers && tried < MAX_TRIED; tried++) {
    const connection = connect(url)
    const { headers } = await connection.send('GET', `/api/posts/${id}?strategy=always-hit`)
    if (headers['x-cache'] === 'MISS') found.push(connection)
    else connection.close()
  }
  if (found.length < workers) throw new Error(`${MAX_TRIED} connections reached only ${found.length} processes`)
  return found
}
