/** `If-Match` and `If-None-Match` on writes (RFC 9110, section 13). */
import { sql } from 'kysely'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const documented = openApiCheck(openApiDocument())
const post = { title: 'New', content: '', author: 'a' }
const methods = [
  ['PUT', post],
  ['PATCH', { title: 'Patched' }],
  ['DELETE', undefined],
] as const

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 40 })
})
afterAll(() => api.close())

function write(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return api.request(path, { method, ...sent, headers: { 'Content-Type': 'application/json', ...headers } })
}
const get = (path: string) => api.request(path)
const etagOf = async (path: string) => (await get(path)).headers.get('ETag')!

/** The number of rows ever added to the outbox; the relay may have taken some. */
async function recorded(strategy: string): Promise<number> {
  const outbox = sql.id(api.instances.named(strategy).schema, 'outbox')
  const { rows } = await sql<{ last: number }>`select coalesce(max(id), 0)::integer as last from ${outbox}`.execute(
    api.database.kysely,
  )
  return rows[0]!.last
}

describe.each(strategyNames)('under %s', (strategy) => {
  const at = (id: number) => `/api/posts/${id}?strategy=${strategy}`

  it.each(methods)(
    '%s is carried out with the ETag of a GET, from the origin or from the cache',
    async (method, body) => {
      const id = 1 + methods.findIndex(([other]) => other === method)
      await get(at(id))
      const answer = await write(method, at(id), body, { 'If-Match': await etagOf(at(id)) })
      expect(answer.status).toBe(method === 'DELETE' ? 204 : 200)
      if (method === 'DELETE') return
      const next = await write(method, at(id), body, { 'If-Match': answer.headers.get('ETag')! })
      expect(await next.json()).toMatchObject({ version: 3 })
    },
  )

  it.each(methods)(
    '%s with the ETag of an older version is 412, and nothing is changed or invalidated',
    async (method, body) => {
      const id = 11 + methods.findIndex(([other]) => other === method)
      const { counters } = api.instances.named(strategy)
      const old = await etagOf(at(id))
      const current = (await write('PATCH', at(id), { title: 'Newer' }, {})).headers.get('ETag')!
      await api.drained(strategy)
      const paths = [at(id), `/api/posts?strategy=${strategy}`]
      for (const path of paths) await get(path)
      const before = await Promise.all(paths.map(get))
      const texts = await Promise.all(before.map((answer) => answer.text()))
      const { writes, invalidations } = counters.counts
      const rows = await recorded(strategy)

      const answer = await write(method, at(id), body, { 'If-Match': old })
      expect(answer.status).toBe(412)
      expect(answer.headers.get('ETag')).toBe(current)
      expect(await documented(method, '/api/posts/{id}', answer.clone())).toEqual([])
      expect(await answer.json()).toMatchObject({
        type: 'urn:problem:precondition-failed',
        detail: `If-Match does not hold: post ${id} is now at version 2 with ETag ${current}; nothing was changed`,
      })

      expect(counters.counts).toMatchObject({ writes, invalidations })
      expect(await recorded(strategy)).toBe(rows)
      const after = await Promise.all(paths.map(get))
      expect(await Promise.all(after.map((answer) => answer.text()))).toEqual(texts)
      const outcome = strategy === 'no-cache' ? 'BYPASS' : 'HIT'
      expect(after.map(({ headers }) => headers.get('X-Cache'))).toEqual([outcome, outcome])
    },
  )

  it('exactly one of 8 concurrent writers with the same ETag succeeds, and the others get 412', async () => {
    const etag = await etagOf(at(20))
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => write('PATCH', at(20), { title: `Writer ${i}` }, { 'If-Match': etag })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)])
    const won = answers.find(({ status }) => status === 200)!
    const { title } = (await won.json()) as { title: string }
    await api.drained(strategy)
    const current = await api.instances.named(strategy).posts.byId(20)
    expect(JSON.parse(current!.json)).toMatchObject({ title, version: 2 })
  })
})

const at = '/api/posts/30?strategy=manual-invalidation'
/** Literal headers; `"E"` stands for the post's ETag. */
const headers: readonly [Record<string, string>, number][] = [
  [{ 'If-Match': '"E"' }, 200],
  [{ 'If-Match': '*' }, 200],
  [{ 'If-Match': ' "made-up" , "E",' }, 200],
  [{ 'If-Match': '"made-up"' }, 412],
  [{ 'If-Match': 'W/"E"' }, 412],
  [{ 'If-Match': '"made-up", W/"E"' }, 412],
  [{ 'If-Match': '"E-gzip"' }, 412],
  [{ 'If-None-Match': '*' }, 412],
  [{ 'If-None-Match': '"E"' }, 412],
  [{ 'If-None-Match': 'W/"E"' }, 412],
  [{ 'If-None-Match': '"made-up"' }, 200],
  [{ 'If-Match': '"E"', 'If-None-Match': '"E"' }, 412],
  [{ 'If-Match': '"E"', 'If-None-Match': '"made-up"' }, 200],
  [{ 'If-Match': '*', 'If-None-Match': '*' }, 412],
  [{ 'If-Match': 'E' }, 400],
  [{ 'If-Match': '' }, 400],
  [{ 'If-Match': '*, "E"' }, 400],
  [{ 'If-Match': '"E' }, 400],
  [{ 'If-None-Match': 'E' }, 400],
  // Last-Modified is never sent, so there is nothing to compare (RFC 9110, 13.1.4).
  [{ 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
]
it.each(headers)('PATCH with %j is answered %d', async (given, status) => {
  const etag = await etagOf(at)
  const sent = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value.replace(/"E/g, etag.slice(0, -1))]),
  )
  const answer = await write('PATCH', at, { title: 'Next' }, sent)
  expect(answer.status).toBe(status)
  expect(await documented('PATCH', '/api/posts/{id}', answer)).toEqual([])
  expect((await etagOf(at)) === etag).toBe(status !== 200)
})

it.each(methods)('%s of a missing post is 404, also with a precondition', async (method, body) => {
  for (const given of [{ 'If-Match': '"x"' }, { 'If-Match': '*' }, { 'If-None-Match': '*' }]) {
    expect((await write(method, '/api/posts/999', body, given)).status).toBe(404)
  }
})

it('a write of a missing post invalidates nothing', async () => {
  const strategy = 'manual-invalidation'
  const { counters } = api.instances.named(strategy)
  const before = counters.counts.invalidations
  for (const [method, body] of methods) await write(method, `/api/posts/999?strategy=${strategy}`, body, {})
  expect(counters.counts.invalidations).toBe(before)
})

it('a write around the cache checks its precondition too', async () => {
  const answer = await write('PATCH', `${at}&write=direct`, { title: 'x' }, { 'If-Match': '"made-up"' })
  expect(answer.status).toBe(412)
})

it.each([
  ['POST', '/api/posts', post],
  ['PATCH', '/api/strategies/cache-aside', { ttlMs: 60_000 }],
])('%s %s refuses preconditions', async (method, path, body) => {
  for (const name of ['If-Match', 'If-None-Match']) {
    const answer = await write(method, path, body, { [name]: '*' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ type: 'urn:problem:no-precondition-here' })
  }
})

it('/openapi.json documents the headers and the answer', () => {
  const { put, patch, delete: remove } = openApiDocument().paths!['/api/posts/{id}']!
  for (const operation of [put, patch, remove]) {
    const names = operation!.parameters!.flatMap((parameter) => ('name' in parameter ? parameter.name : []))
    expect(names).toEqual(expect.arrayContaining(['If-Match', 'If-None-Match']))
    expect(operation!.responses).toHaveProperty('412')
  }
})
