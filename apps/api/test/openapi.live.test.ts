import fc from 'fast-check'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { layers } from '../src/places/page-request.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const document = openApiDocument()
const check = openApiCheck(document)
const RUNS = 1_500

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 12 })
})
afterAll(() => api.close())

/** Mostly valid, sometimes arbitrary. */
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: wrong })

const rarely = <T>(odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: odd })

const oddText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '%00', '-1', '9'.repeat(40)),
)
const strategy = mostly(fc.constantFrom(...strategyNames), oddText)
const id = mostly(fc.integer({ min: 1, max: 16 }).map(String), fc.oneof(fc.maxSafeNat().map(String), oddText))
const ids = mostly(fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1 }).map(String), oddText)
const whole = mostly(fc.integer({ min: 0, max: 1_100 }).map(String), oddText)
const title = mostly(fc.string({ minLength: 1, maxLength: 30 }), fc.anything())
const line = fc.string({ minLength: 1, maxLength: 30 }).map((text) => `a${text}`)
const fields = { title: line, content: fc.string(), author: line }
const post = fc.oneof(
  { weight: 3, arbitrary: fc.record(fields) },
  { weight: 2, arbitrary: fc.record(fields, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.record({ title, content: title, author: title }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())) },
)
const someIds = fc.record(
  { strategy, ids: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 5 }) },
  { requiredKeys: ['ids'] },
)
const adminCall = fc.oneof(
  fc.record(
    { strategy, keys: fc.array(fc.constantFrom('post:1', 'posts')), tags: fc.constant(['posts']) },
    { requiredKeys: [] },
  ),
  someIds,
  fc.record(
    { ttlMs: fc.integer({ min: -1, max: 100_000 }), leaseMs: fc.nat(5_000), beta: fc.nat(3) },
    { requiredKeys: [] },
  ),
  fc.record({ strategy }, { requiredKeys: [] }),
  fc.anything(),
)

function bodyOf(path: string): fc.Arbitrary<string | undefined> {
  const right = path.startsWith('/api/posts') ? post : adminCall
  const body = mostly(
    right.map((value) => JSON.stringify(value) ?? ''),
    fc.oneof(oddText, fc.constant(undefined)),
  )
  if (path !== '/api/cache/warm') return body
  // Rarely without ids: that reads 1,000 posts under every strategy, and took longer than all other calls together.
  const withIds = someIds.map((value) => JSON.stringify(value))
  return fc.oneof({ weight: 12, arbitrary: withIds }, { weight: 1, arbitrary: body })
}

interface Call {
  readonly method: string
  /** As in the document. */
  readonly path: string
  readonly url: string
  readonly body: string | undefined
  readonly type: string
  readonly headers: Record<string, string>
  readonly peer: string
}

const query = (parameters: Record<string, fc.Arbitrary<string>>) =>
  fc
    .tuple(fc.record(parameters, { requiredKeys: [] }), rarely(fc.tuple(fc.string(), fc.string())))
    .map(([given, odd]) => {
      const search = new URLSearchParams(given as Record<string, string>)
      if (odd) search.append(...odd)
      return search.size === 0 ? '' : `?${search}`
    })

const operation = fc.constantFrom(
  ...Object.entries(document.paths ?? {})
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })))
    // Its answer has no end; live.live.test.ts reads it.
    .filter(({ path, method }) => path !== '/api/stats/stream' || method === 'HEAD'),
)

const call: fc.Arbitrary<Call> = operation.chain(({ path, method }) => {
  const isPosts = path.startsWith('/api/posts')
  const isRead = method === 'GET' || method === 'HEAD'
  const parameters = {
    ...((isPosts || path === '/api/authors' || path === '/posts') && { strategy }),
    ...(path === '/posts' && { layer: mostly(fc.constantFrom(...layers), oddText), after: whole }),
    ...(isPosts && !isRead && { write: mostly(fc.constant('direct'), oddText) }),
  }
  const page = query({ ...parameters, limit: whole, after: whole })
  const named = query({ ...parameters, ids })
  // Mostly not together, which is refused.
  const both = query({ ...parameters, limit: whole, after: whole, ids })
  const search =
    path === '/api/posts' && isRead
      ? fc.oneof({ weight: 3, arbitrary: page }, { weight: 2, arbitrary: named }, { weight: 1, arbitrary: both })
      : query(parameters)
  return fc.record({
    method: fc.constant(method),
    path: fc.constant(path),
    url: fc.tuple(id, strategy, search, fc.boolean()).map(([anId, name, asked, slash]) => {
      const filled = path.replace('{id}', segment(anId)).replace('{name}', segment(name))
      return filled + (slash && filled !== '/' ? '/' : '') + asked
    }),
    body: isRead ? fc.constant(undefined) : bodyOf(path),
    type: mostly(fc.constant('application/json'), fc.constantFrom('text/plain', 'application/json; charset=utf-8')),
    headers: mostly(
      fc.constant({}),
      fc.constantFrom<Record<string, string>>(
        { 'If-None-Match': '*' },
        { 'If-None-Match': '"x", W/"y"' },
        { 'If-Match': '*' },
        { 'If-Match': '"x", W/"y"' },
        { 'If-Match': 'x' },
        { 'X-Request-Id': 'mine' },
      ),
    ),
    peer: mostly(fc.constant('127.0.0.1'), fc.constant('10.0.0.1')),
  })
})

/** One non-empty path segment: an empty one would be another path. */
function segment(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed())
  return encoded === '' || encoded === '.' || encoded === '..' ? 'x' : encoded
}

async function ask({ method, url, body, type, headers, peer }: Call): Promise<Response> {
  const sent = body === undefined ? {} : { body: body.toWellFormed(), headers: { ...headers, 'Content-Type': type } }
  return api.request(url, { method, peer, headers, ...sent })
}

describe('/openapi.json', () => {
  it('is the document, and covers every route', async () => {
    expect(await (await api.request('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(document)))
    const index = await (await api.request('/')).text()
    const served = [...index.matchAll(/<tr><td>([^<]*)<\/td><td>(?:<a[^>]*>)?([^<]*)/g)].flatMap(([, methods, path]) =>
      methods!.split(', ').map((method) => `${method} ${path!.replace(/:(\w+)/g, '{$1}')}`),
    )
    const documented = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect([...served, 'GET /', 'HEAD /'].sort()).toEqual(documented.sort())
  })

  it('describes 304, 413, 415, HEAD and a page with a next page', async () => {
    for (const [method, path, url, init, status] of [
      ['GET', '/api/posts/{id}', '/api/posts/1', { headers: { 'If-None-Match': '*' } }, 304],
      ['HEAD', '/api/posts/{id}', '/api/posts/1', {}, 200],
      ['GET', '/api/posts', '/api/posts?limit=2', {}, 200],
      ['GET', '/api/authors', '/api/authors', {}, 200],
      ['GET', '/api/authors', '/api/authors', { headers: { 'If-None-Match': '*' } }, 304],
      ['POST', '/api/posts', '/api/posts', { body: 'x', headers: { 'Content-Type': 'text/plain' } }, 415],
      [
        'POST',
        '/api/posts',
        '/api/posts',
        { body: ' '.repeat(140_000), headers: { 'Content-Type': 'application/json' } },
        413,
      ],
    ] as const) {
      const answer = await api.request(url, { method, ...init })
      expect(answer.status).toBe(status)
      expect(await check(method, path, answer)).toEqual([])
    }
  })

  it(`describes the answers to ${RUNS} generated requests, without a failure`, async () => {
    const seen: Record<string, number> = {}
    await fc.assert(
      fc.asyncProperty(call, async (made) => {
        const answer = await ask(made)
        const what = `${made.method} ${made.path} ${answer.status}`
        seen[what] = (seen[what] ?? 0) + 1
        expect(answer.status).toBeLessThan(500)
        expect(await check(made.method, made.path, answer)).toEqual([])
      }),
      { numRuns: RUNS },
    )
    // The requests are useful only if they reach these operations.
    for (const reached of [
      'GET /api/posts/{id} 200',
      'GET /api/posts 200',
      'GET /api/authors 200',
      'GET /posts 200',
      'POST /api/posts 201',
      'PATCH /api/posts/{id} 200',
    ]) {
      expect(seen, reached).toHaveProperty([reached])
    }
  }, 120_000)
})
