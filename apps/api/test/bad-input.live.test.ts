import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
let before: string
const whole = { title: 'A title', content: 'Some content', author: 'Somebody' }

beforeAll(async () => {
  api = await testApi({ posts: 5 })
  before = await everything()
})
afterAll(() => api.close())

/** Every row of every copy. */
async function everything(): Promise<string> {
  const rows = api.instances.all.map(({ schema }) =>
    sql`select * from ${sql.id(schema, 'posts')} order by id`.execute(api.database.kysely),
  )
  return JSON.stringify((await Promise.all(rows)).map((result) => result.rows))
}

async function expectProblem(answer: Response, status: number, detail?: RegExp): Promise<void> {
  const text = await answer.text()
  expect([answer.status, text]).toEqual([status, expect.anything()])
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  expect(JSON.parse(text)).toMatchObject({
    type: expect.stringMatching(/^urn:problem:/),
    title: expect.any(String),
    status,
    detail: detail ? expect.stringMatching(detail) : expect.any(String),
    requestId: answer.headers.get('X-Request-Id'),
  })
  expect(await everything()).toBe(before)
}

const json = (method: string, body: string, type = 'application/json') => ({
  method,
  body,
  headers: { 'Content-Type': type },
})

describe('addresses', () => {
  const ids = [
    '0',
    '-1',
    '1.5',
    '1e3',
    '01',
    'abc',
    '%00',
    '%20',
    '%E0%A4%A',
    '9007199254740992',
    '9'.repeat(10_240),
    'null',
  ]
  it.each(ids.map((id) => [id.slice(0, 20), id]))('refuses the id %s, for reads and writes', async (_, id) => {
    const path = `/api/posts/${id}`
    await expectProblem(await api.request(path), 400, /not an id/)
    await expectProblem(await api.request(path, json('PUT', JSON.stringify(whole))), 400)
    await expectProblem(await api.request(path, json('PATCH', '{"title":"x"}')), 400)
    await expectProblem(await api.request(path, { method: 'DELETE' }), 400)
  })

  it.each([
    ['/api/posts/1?strategy=nope', /no strategy "nope"; there are no-cache, cache-aside/],
    ['/api/posts/1?strategy=', /there are no-cache/],
    ['/api/posts/1?strategy=cache-aside&strategy=no-cache', /strategy is given twice/],
    ['/api/posts/1?strategy=__proto__', /there are no-cache/],
    ['/api/posts/1?limit=3', /no parameter "limit"/],
    ['/api/posts/1?__proto__=3', /no parameter/],
    ['/api/posts?strategy=toString', /there are no-cache/],
    ['/api/posts?limit=0', /limit is "0"; give a whole number from 1 to 1000/],
    ['/api/posts?limit=1001', /limit/],
    ['/api/posts?limit=ten', /limit/],
    ['/api/posts?limit=010', /limit is "010"/],
    ['/api/posts?limit=5&after=01', /after is "01"/],
    ['/api/posts?limit=5&after=-1', /after/],
    ['/api/posts?limit=5&after=9007199254740992', /after/],
    ['/api/posts?limit=5&limit=6', /limit is given twice/],
    ['/api/posts?after=5', /give limit/],
    ['/api/posts?page=5', /no parameter "page"; there are strategy, limit, after/],
    ['/api/strategies?x=1', /no parameter/],
    ['/api/stats?x=1', /no parameter/],
  ])('GET %s', async (path, detail) => expectProblem(await api.request(path), 400, detail))

  it('refuses unknown values of write', async () => {
    await expectProblem(await api.request('/api/posts/1?write=later', { method: 'DELETE' }), 400, /give direct/)
  })

  it('refuses unknown paths and methods', async () => {
    await expectProblem(await api.request('/api/nothing'), 404)
    await expectProblem(await api.request('/api/posts/1/comments'), 404)
    for (const path of ['/api/posts/42//', '/api/posts//', '/api/strategies//']) {
      await expectProblem(await api.request(path), 404, /there is nothing at/)
      await expectProblem(await api.request(path, { method: 'DELETE' }), 404)
    }
    const wrong = await api.request('/api/posts', { method: 'DELETE' })
    expect(wrong.headers.get('Allow')).toBe('GET, HEAD, POST')
    await expectProblem(wrong, 405)
    expect((await api.request('/api/posts/1', { method: 'OPTIONS' })).headers.get('Allow')).toContain('PATCH')
  })

  it('answers 404 for ids too large for Postgres', async () => {
    for (const id of ['2147483648', '9007199254740991'])
      expect((await api.request(`/api/posts/${id}`)).status).toBe(404)
    expect((await api.request('/api/posts?limit=5&after=9007199254740991')).status).toBe(200)
  })
})

describe('bodies', () => {
  const bad: [string, string][] = [
    ['malformed JSON', '{"title":'],
    ['no body', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a string', '"x"'],
    ['a wrong type', '{"title":1,"content":"c","author":"a"}'],
    ['an empty title', '{"title":"  ","content":"c","author":"a"}'],
    ['a title too long', JSON.stringify({ ...whole, title: 'x'.repeat(201) })],
    ['an unknown field', '{"title":"t","content":"c","author":"a","likes":1}'],
    ['an id', '{"title":"t","content":"c","author":"a","id":7}'],
    ['a prototype', '{"title":"t","content":"c","author":"a","__proto__":{"x":1}}'],
    ['U+0000', '{"title":"\\u0000","content":"c","author":"a"}'],
    ['half a surrogate pair', '{"title":"\\ud800","content":"c","author":"a"}'],
  ]
  it.each(bad)('%s', async (_, body) => {
    await expectProblem(await api.request('/api/posts', json('POST', body)), 400)
    await expectProblem(await api.request('/api/posts/1', json('PUT', body)), 400)
    await expectProblem(await api.request('/api/posts/1', json('PATCH', body)), 400)
  })

  it('refuses an empty patch, and an incomplete post', async () => {
    await expectProblem(await api.send('PATCH', '/api/posts/1', {}), 400, /at least one/)
    await expectProblem(await api.send('POST', '/api/posts', { title: 'x' }), 400, /content.*author/)
    await expectProblem(await api.send('PUT', '/api/posts/1', { title: 'x' }), 400)
  })

  it('refuses bytes that are not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const answer = await api.request('/api/posts/1', {
      method: 'PATCH',
      body,
      headers: { 'Content-Type': 'application/json' },
    })
    await expectProblem(answer, 400, /UTF-8/)
  })

  it('accepts 20,000 characters, each escaped', async () => {
    const content = '\\u00e4'.repeat(20_000)
    const answer = await api.request('/api/posts/4040', json('PATCH', `{"content":"${content}"}`))
    expect(answer.status).toBe(404)
  })

  it('refuses more than 128 KiB, with and without a Content-Length', async () => {
    const body = JSON.stringify({ ...whole, content: 'x'.repeat(131_072) })
    await expectProblem(await api.request('/api/posts', json('POST', body)), 413)
    const said = { ...json('POST', body), headers: { 'Content-Type': 'application/json', 'Content-Length': '140000' } }
    await expectProblem(await api.request('/api/posts', said), 413)
  })

  it('accepts only JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      await expectProblem(await api.request('/api/posts', json('POST', JSON.stringify(whole), type)), 415)
    }
  })

  it('accepts only UTF-8', async () => {
    for (const charset of ['utf-16', '"utf-16"', 'iso-8859-1', '']) {
      const type = `application/json; charset=${charset}`
      await expectProblem(await api.request('/api/posts', json('POST', JSON.stringify(whole), type)), 415, /UTF-8/)
    }
    for (const charset of ['UTF-8', '"utf-8"', 'utf8']) {
      const type = `application/json;charset=${charset}`
      const answer = await api.request('/api/posts/4040', json('PATCH', '{"title":"x"}', type))
      expect([charset, answer.status]).toEqual([charset, 404])
    }
  })

  it('reports the path of a request as sent', async () => {
    const instanceOf = async (path: string) =>
      ((await (await api.request(path)).json()) as { instance: string }).instance
    expect(await instanceOf('/api/posts/%C3%A4?strategy=no-cache')).toBe('/api/posts/%C3%A4')
    expect(await instanceOf('/api/posts/42/x/')).toBe('/api/posts/42/x/')
  })

  it('answers 400 if the stream of the body fails', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
    })
    const answer = await api.request('/api/posts', {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json' },
      ...{ duplex: 'half' },
    })
    await expectProblem(answer, 400, /ended before it was complete/)
  })

  it('checks admin requests as strictly', async () => {
    for (const [method, path, body, status] of [
      ['PATCH', '/api/strategies/nope', { ttlMs: 1 }, 404],
      ['PATCH', '/api/strategies/cache-aside', { ttlMs: 0 }, 400],
      ['PATCH', '/api/strategies/cache-aside', { ttlMs: '5' }, 400],
      ['PATCH', '/api/strategies/cache-aside', { ttlMs: null }, 400],
      ['PATCH', '/api/strategies/cache-aside', { leaseMs: 9 }, 400],
      ['PATCH', '/api/strategies/cache-aside', { ttl: 5 }, 400],
      ['POST', '/api/cache/invalidate', {}, 400],
      ['POST', '/api/cache/invalidate', { all: 'yes' }, 400],
      ['POST', '/api/cache/invalidate', { strategy: 'nope', all: true }, 400],
      ['POST', '/api/cache/invalidate', { keys: ['x'.repeat(201)] }, 400],
      ['POST', '/api/cache/warm', { ids: [0] }, 400],
      ['POST', '/api/cache/warm', { ids: ['1'] }, 400],
      ['POST', '/api/stats/reset', { strategy: 'nope' }, 400],
    ] as const) {
      await expectProblem(await api.send(method, path, body), status)
    }
  })
})

describe('request ids', () => {
  it('keeps a safe id and replaces any other', async () => {
    const idFor = async (given: string) =>
      (await api.request('/api/posts/0', { headers: { 'X-Request-Id': given } })).headers.get('X-Request-Id')
    expect(await idFor('abc-123')).toBe('abc-123')
    expect(await idFor('a b"c')).toMatch(/^[\da-f-]{36}$/)
    expect(await idFor('x'.repeat(200))).toMatch(/^[\da-f-]{36}$/)
  })
})
