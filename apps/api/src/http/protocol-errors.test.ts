import type { Server } from 'node:http'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listening, sendRaw } from '../../test/support/raw-http.ts'
import { accessLog } from '../telemetry/access-log.ts'
import type { ApiEnv } from './api-types.ts'
import { createProblemServer } from './protocol-errors.ts'

const lines: Record<string, unknown>[] = []
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })

let server: Server
let slow: () => void
beforeAll(async () => {
  const app = new Hono<ApiEnv>()
  app.get('/', (context) => context.text('fine'))
  app.get('/slow', async (context) => {
    await new Promise<void>((resolve) => {
      slow = resolve
    })
    return context.text('fine')
  })
  app.get('/unsendable', () => new Response('fine', { headers: { 'X-Text': 'a\u0001' } }))
  const options = { headersTimeout: 100, connectionsCheckingInterval: 20 }
  server = await listening(createProblemServer(app.fetch, logger, accessLog(logger), undefined, options))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const send = (bytes: string) => sendRaw(server, bytes)

function problemIn(answer: string) {
  const [head, body] = answer.split('\r\n\r\n') as [string, string]
  expect(head).toMatch(/^Content-Type: application\/problem\+json$/im)
  const problem = JSON.parse(body)
  expect(/^X-Request-Id: (.*)$/im.exec(head)?.[1]).toBe(problem.requestId)
  expect(Number(/^Content-Length: (.*)$/im.exec(head)?.[1])).toBe(Buffer.byteLength(body))
  expect(Number(head.split(' ')[1])).toBe(problem.status)
  return problem
}

const request = (...headers: string[]) => `GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`

describe('a refusal before the app', () => {
  it.each([
    ['headers too large', request('Host: a', `X: ${'x'.repeat(20_000)}`), 431, 'headers-too-large'],
    ['no HTTP', 'hello\r\n\r\n', 400, 'malformed-http'],
    ['a malformed header', 'GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n', 400, 'malformed-http'],
    ['headers that do not end in time', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, 'request-timeout'],
    ['an unknown expectation', request('Host: a', 'Expect: coffee'), 417, 'unknown-expectation'],
    ['no Host', request('X: y'), 400, 'bad-address'],
    ['an empty Host', request('Host:'), 400, 'bad-address'],
    ['a whole URL and no Host', request('X: y').replace('GET /', 'GET http://a/'), 400, 'bad-address'],
    ['a bad Host in HTTP/1.0', request('Host: a b').replace('HTTP/1.1', 'HTTP/1.0'), 400, 'bad-address'],
    ['a bad Host', request('Host: a b'), 400, 'bad-address'],
    ['a Host with a path', request('Host: a/b'), 400, 'bad-address'],
    ['OPTIONS *', request('Host: a').replace('GET /', 'OPTIONS *'), 400, 'bad-address'],
  ])('is a problem: %s', async (_, bytes, status, code) => {
    const problem = problemIn(await send(bytes))
    expect(problem).toMatchObject({ status, type: `urn:problem:${code}` })
    const { detail, requestId } = problem
    expect(lines.at(-1)).toMatchObject({ msg: 'refused', status, code, detail, requestId })
  })

  it('keeps the id and the path if they could be read', async () => {
    const answer = await send(request('Host: a', 'Expect: coffee', 'X-Request-Id: mine'))
    expect(problemIn(answer)).toMatchObject({ requestId: 'mine', instance: '/' })
  })

  it('accepts valid requests', async () => {
    expect(await send(request('Host: a'))).toMatch(/^HTTP\/1.1 200 OK\r\n.*fine$/s)
  })

  it('answers and logs a response that Node refuses', async () => {
    const answer = await send(request('Host: a').replace('GET /', 'GET /unsendable'))
    const problem = problemIn(answer)
    expect(problem).toMatchObject({ status: 500, type: 'urn:problem:internal', instance: '/unsendable' })
    const { requestId } = problem
    expect(lines.at(-1)).toMatchObject({ level: 50, requestId, err: { code: 'ERR_INVALID_CHAR' } })
  })

  it('has no body in the answer to HEAD', async () => {
    const answer = await send('HEAD /\x7f HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })

  it('closes the connection when malformed bytes follow a pending request', async () => {
    const answer = send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\nhello\r\n\r\n')
    expect(problemIn(await answer)).toMatchObject({ status: 400 })
    slow()
  })
})
