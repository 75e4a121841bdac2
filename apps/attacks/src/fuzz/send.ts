import { type IncomingMessage, request } from 'node:http'
import type { FuzzRequest } from './requests.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

const TIMEOUT_MS = 20_000

/** Sends a request unchanged over a new connection. Rejects when the server hangs up or stays silent for 20 s. */
export function send(base: string, { method, target, headers, body }: FuzzRequest): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const flat = headers.flat()
    if (!headers.some(([name]) => name === 'Host')) flat.push('Host', `${hostname}:${port}`)
    if (body !== undefined) flat.push('Content-Length', String(body.length))
    const sent = request({ hostname, port, method, path: target, headers: flat, agent: false, timeout: TIMEOUT_MS })
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    sent.on('error', reject)
    sent.on('response', async (answer) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of answer) chunks.push(chunk)
      } catch (error) {
        reject(error)
        return
      }
      resolve({ status: answer.statusCode!, headers: answer.headers, text: Buffer.concat(chunks).toString() })
    })
    sent.end(body)
  })
}
