/** HTTP with as little overhead as Node allows: the clients share two cores with the system under test. */
import { Agent, request } from 'node:http'

export interface Answer {
  /** 0: no answer, or an incomplete one. */
  readonly status: number
  readonly body: string
  readonly cache?: string
}

export interface HttpClient {
  /** Never rejects and never retries. `json` is sent as the body. */
  send(method: string, url: URL, json?: unknown): Promise<Answer>
  close(): void
}

const NONE: Answer = { status: 0, body: '' }

/** @param timeoutMs a request fails after this long without a byte. */
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
      sent.on('close', () => resolve(NONE)) // ended in any other way; has no effect after an answer
      sent.end(body)
    })
  }
  return { send, close: () => agent.destroy() }
}
