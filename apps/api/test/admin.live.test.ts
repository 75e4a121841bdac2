import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

const calls: [string, string, object][] = [
  ['PATCH', '/api/strategies/cache-aside', { originDelayMs: 0 }],
  ['POST', '/api/stats/reset', {}],
  ['POST', '/api/cache/invalidate', { keys: ['post:1'] }],
  ['POST', '/api/cache/warm', { strategy: 'cache-aside', ids: [1] }],
]

let api: TestApi
let secured: TestApi
beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 2 })
  secured = await testApi({ store: 'memory', posts: 2, adminToken: 'correct horse' })
})
afterAll(async () => {
  await api.close()
  await secured.close()
})

async function statuses(on: TestApi, options: { peer?: string; headers?: Record<string, string>; base?: string } = {}) {
  const { peer = '127.0.0.1', headers = {}, base = '' } = options
  const answers = calls.map(([method, path, body]) =>
    on.request(base + path, {
      method,
      peer,
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    }),
  )
  return new Set((await Promise.all(answers)).map(({ status }) => status))
}
const only = (status: number) => new Set([status])

describe('without a token', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('allows %s', async (peer) => {
    expect(await statuses(api, { peer })).toEqual(only(200))
  })

  it.each(['10.0.0.1', '192.168.1.5', '::ffff:10.0.0.1', '128.0.0.1', 'fe80::1', ''])('refuses "%s"', async (peer) => {
    expect(await statuses(api, { peer })).toEqual(only(403))
  })

  it.each([
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'Forwarded',
    'X-Real-IP',
    'Via',
    'CF-Connecting-IP',
    'True-Client-IP',
    'X-Client-IP',
  ])('refuses callers behind a proxy: %s', async (name) => {
    expect(await statuses(api, { headers: { [name]: '127.0.0.1' } })).toEqual(only(403))
  })

  it.each([{}, { 'Content-Type': 'application/json' }, { 'Content-Type': 'text/plain' }])(
    'treats an empty body as {}, with %o',
    async (headers) => {
      const post = async (path: string) => api.request(path, { method: 'POST', headers })
      expect((await post('/api/stats/reset')).status).toBe(200)
      expect(await (await post('/api/cache/invalidate')).json()).toMatchObject({
        type: 'urn:problem:nothing-to-invalidate',
      })
    },
  )

  it('refuses pages of other sites, and names that only resolve to this machine', async () => {
    expect(await statuses(api, { headers: { Origin: 'https://evil.example' } })).toEqual(only(403))
    expect(await statuses(api, { headers: { Origin: 'http://localhost' } })).toEqual(only(200))
    expect(await statuses(api, { base: 'http://evil.example:3000' })).toEqual(only(403))
  })

  it('ignores the header Authorization', async () => {
    expect(await statuses(api, { peer: '10.0.0.1', headers: { Authorization: 'Bearer ' } })).toEqual(only(403))
  })
})

describe('with a token', () => {
  it('always requires it', async () => {
    expect(await statuses(secured)).toEqual(only(401))
    const answer = await secured.send('POST', '/api/stats/reset', {})
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer')
  })

  it.each(['Bearer wrong', 'Bearer correct', 'Basic correct horse', 'correct horse'])('refuses "%s"', async (given) => {
    expect(await statuses(secured, { headers: { Authorization: given } })).toEqual(only(401))
  })

  it('allows callers that send it, from anywhere', async () => {
    const headers = { Authorization: 'Bearer correct horse', 'X-Forwarded-For': '10.0.0.1' }
    expect(await statuses(secured, { peer: '10.0.0.1', headers, base: 'http://api.example' })).toEqual(only(200))
  })

  it('allows reads without it', async () => {
    for (const path of ['/api/posts/1', '/api/strategies', '/api/stats', '/metrics', '/healthz', '/readyz', '/']) {
      expect((await secured.request(path, { peer: '10.0.0.1' })).status, path).toBe(200)
    }
  })
})
