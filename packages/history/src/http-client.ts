/** HTTP with as little work as Node allows: the clients share two cores with what they look at. */
import { Agent, request } from 'node:http'

export interface Answer {
  /** 0: there was none, or not all of it. */
  readonly status: number
  readonly body: string
  readonly cache?: string
}

export interface HttpClient {
  /** Never rejects. Nothing is sent twice. `json` is sent as the body. */
  send(method: string, url: URL, json?: unknown): Promise<Answer>
  close(): void
}

const NONE: Answer = { status: 0, body: '' }

/** @param timeoutMs with no byte for so long, there is no answer. */
export function httpClient({ timeoutMs, adminToken }: { timeoutMs: number; adminToken?: string }): HttpClient {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' })
  const authorization = adminToken === undefined ? {} : { Authorization: `Bearer ${adminToken}` }

  function send(method: string, url: URL, json?: unknown): Promise<Answer> {
    const body = json === undefined ? undefined : JSON.stringify(json)
    const headers = {
      ...authorization,
      ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve) => {
      const { hostname, port, pathname, search } = url
      const options = { agent, method, host: hostname, port, path: pathname + search, headers, timeout: timeoutMs }
      const sent = request(options, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('error', () => resolve(NONE))
        answer.on('end', () => {
          const cache = answer.headers['x-cache']
          resolve({ status: answer.statusCode!, body: text, ...(typeof cache === 'string' && { cache }) })
        })
      })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', () => resolve(NONE))
      sent.on('close', () => resolve(NONE)) // whatever else ended it; after an answer this changes nothing
      sent.end(body)
    })
  }
  return { send, close: () => agent.destroy() }
}
