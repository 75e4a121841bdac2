/** The log lines of requests at the default level. */
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

const lines: Record<string, unknown>[] = []
const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
let api: TestApi
beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 5, logger })
})
afterAll(() => api.close())
beforeEach(() => {
  lines.length = 0
})

const body = { title: 'New', content: '', author: 'a' }

it.each([
  ['POST', '/api/posts?strategy=write-through', body, { key: 'post:6', strategy: 'write-through', status: 201 }],
  ['PUT', '/api/posts/2', body, { key: 'post:2', strategy: 'cache-aside', status: 200 }],
  ['PATCH', '/api/posts/2?write=direct', { title: 'x' }, { key: 'post:2', status: 200, direct: true }],
  ['DELETE', '/api/posts/3', undefined, { key: 'post:3', status: 204 }],
])('logs one line for %s %s', async (method, path, sent, line) => {
  await api.send(method, path, sent)
  expect(lines).toMatchObject([{ level: 30, msg: 'write', method, ms: expect.any(Number), ...line }])
})

it.each([
  [
    'PATCH',
    '/api/strategies/cache-aside',
    { ttlMs: 4321 },
    { msg: 'tuned', strategy: 'cache-aside', change: { ttlMs: 4321 } },
  ],
  ['POST', '/api/cache/invalidate', { keys: ['post:1'] }, { msg: 'invalidated', strategy: 'all', keys: ['post:1'] }],
  ['POST', '/api/cache/invalidate', { strategy: 'cache-aside', all: true }, { msg: 'invalidated', everything: true }],
  ['POST', '/api/cache/warm', { strategy: 'cache-aside', ids: [1] }, { msg: 'warmed', loaded: 2 }],
  ['POST', '/api/stats/reset', {}, { msg: 'stats reset', strategy: 'all' }],
])('logs one line for %s %s %j', async (method, path, sent, line) => {
  await api.send(method, path, sent)
  expect(lines).toMatchObject([{ level: 30, ...line }])
})

it.each([
  ['GET', '/api/posts/1?strategy=lru', undefined, { status: 400, path: '/api/posts/1' }],
  ['GET', '/api/nothing%1b', undefined, { status: 404, code: 'no-such-route', path: '/api/nothing%1b' }],
  ['PUT', '/api/posts/999', body, { status: 404, code: 'no-such-post' }],
  ['PUT', '/api/posts', body, { status: 405, code: 'method-not-allowed' }],
  ['PUT', '/api/posts/1', { title: '' }, { status: 400, code: 'bad-body' }],
])('logs one line for the refusal of %s %s', async (method, path, sent, line) => {
  const answer = await api.send(method, path, sent)
  const { detail, requestId } = (await answer.json()) as Record<string, unknown>
  expect(lines).toMatchObject([{ level: 30, msg: 'refused', method, detail, requestId, ...line }])
})

it('logs one line for an admin call from another machine', async () => {
  await api.request('/api/stats/reset', { method: 'POST', peer: '10.0.0.1' })
  expect(lines).toMatchObject([{ msg: 'refused', path: '/api/stats/reset', status: 403, code: 'admin-only' }])
})

it('logs an absent post as a read, not as a refusal', async () => {
  await api.request('/api/posts/999')
  expect(lines).toMatchObject([{ msg: 'read', key: 'post:999', outcome: 'miss' }])
})
