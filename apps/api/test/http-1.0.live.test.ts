/** HTTP/1.0 clients: health checks of load balancers (HAProxy's `option httpchk GET /healthz`), old proxies, `ab`. */
import type { Server } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProblemServer } from '../src/http/protocol-errors.ts'
import { accessLog } from '../src/telemetry/access-log.ts'
import { listening, sendRaw } from './support/raw-http.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
let server: Server
beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 50 })
  const logger = pino({ level: 'silent' })
  server = await listening(createProblemServer(api.fetch, logger, accessLog(logger)))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await api.close()
})

async function send(bytes: string) {
  const answer = await sendRaw(server, bytes)
  const end = answer.indexOf('\r\n\r\n')
  return { head: answer.slice(0, end), body: answer.slice(end + 4) }
}

const length = (head: string) => Number(/^content-length: (\d+)$/im.exec(head)?.[1])

describe('HTTP/1.0 without a Host', () => {
  it.each([
    ['/healthz', 200],
    ['/readyz', 200],
    ['/metrics', 200],
    ['/openapi.json', 200],
    ['/', 200],
    ['/api/strategies', 200],
    ['/api/stats', 200],
    ['/api/authors', 200],
    ['/api/posts', 200],
    ['/api/posts?limit=2', 200],
    ['/api/posts/1', 200],
    ['/api/posts/999', 404],
    ['/nothing', 404],
  ])('GET %s is answered completely with %d, and the connection closes', async (path, status) => {
    const { head, body } = await send(`GET ${path} HTTP/1.0\r\n\r\n`)
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).not.toMatch(/transfer-encoding/i)
    expect(head).toMatch(/^connection: close$/im)
    expect(length(head)).toBe(body.length)
  })

  it.each([
    ['HEAD', '/healthz', '', 200],
    ['OPTIONS', '/healthz', '', 405],
    ['DELETE', '/api/posts/2', '', 204],
    ['POST', '/api/posts', JSON.stringify({ title: 'x', content: '', author: 'a' }), 201],
  ])('%s %s is answered %d', async (method, path, sent, status) => {
    const headers = sent && `Content-Type: application/json\r\nContent-Length: ${sent.length}\r\n`
    const { head } = await send(`${method} ${path} HTTP/1.0\r\n${headers}\r\n${sent}`)
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  })

  it('keeps the connection alive on request, with the length of each answer', async () => {
    const again = 'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    const { head, body } = await send(again + again.replace('keep-alive', 'close'))
    expect(head).toMatch(/^connection: keep-alive$/im)
    expect(body.slice(length(head))).toMatch(/^HTTP\/1\.1 200 .*{"status":"ok"}$/s)
  })

  it('does not bypass the check that admin calls come from this machine: a proxy may have dropped the Host', async () => {
    const { head } = await send('POST /api/stats/reset HTTP/1.0\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 403 /)
  })
})
