/** The answer to an unknown name lists the known names, and `/openapi.json` describes every name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ store: 'memory', posts: 3 })
})
afterAll(() => api.close())

const post = { title: 'New', content: '', author: 'a' }

it.each([
  [
    'PATCH',
    '/api/strategies/cache-aside',
    { ttl: 5000 },
    'there is no key "ttl" (did you mean ttlMs?); there are ttlMs, leaseMs, originDelayMs',
  ],
  ['PATCH', '/api/strategies/no-cache', { ttl: 5000 }, 'there is no key "ttl"; there is only originDelayMs'],
  [
    'POST',
    '/api/cache/invalidate',
    { key: 'post:1' },
    'there is no key "key" (did you mean keys?); there are strategy, keys, tags, all',
  ],
  ['POST', '/api/cache/warm', { id: [1] }, 'there is no key "id" (did you mean ids?); there are strategy, ids'],
  ['POST', '/api/stats/reset', { name: 'x' }, 'there is no key "name"; there is only strategy'],
  [
    'POST',
    '/api/posts',
    { ...post, auhtor: 'a', id: 1 },
    'there is no key "auhtor" (did you mean author?), no "id"; there are title, content, author',
  ],
  ['PUT', '/api/posts/1', { ...post, body: '' }, 'there is no key "body"; there are title, content, author'],
  [
    'PATCH',
    '/api/posts/1',
    { Title: '' },
    'there is no key "Title" (did you mean title?); there are title, content, author',
  ],
  [
    'GET',
    '/api/posts?limt=5',
    undefined,
    'there is no parameter "limt" (did you mean limit?); there are strategy, limit, after',
  ],
  [
    'DELETE',
    '/api/posts/1?strat=x',
    undefined,
    'there is no parameter "strat" (did you mean strategy?); there are strategy, write',
  ],
  [
    'GET',
    '/api/authors?strategie=x',
    undefined,
    'there is no parameter "strategie" (did you mean strategy?); there is only strategy',
  ],
])('%s %s %j', async (method, path, body, detail) => {
  const answer = await api.request(path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
  expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
    400,
    expect.stringContaining(detail),
  ])
})

it('suggests the intended strategy for a query, a body and a path', async () => {
  const meant = /no strategy "cache_aside" \(did you mean cache-aside\?\); there are no-cache, /
  for (const answer of [
    await api.request('/api/posts?strategy=cache_aside'),
    await api.send('POST', '/api/cache/invalidate', { strategy: 'cache_aside', all: true }),
    await api.send('PATCH', '/api/strategies/cache_aside', { ttlMs: 1 }),
  ]) {
    expect(((await answer.json()) as { detail: string }).detail).toMatch(meant)
  }
})

describe('POST /api/cache/invalidate', () => {
  it.each([
    [
      { keys: ['post:1', 'posts', 'posts?limit=20&after=40', 'authors'], tags: ['posts'] },
      { keys: 4, tags: 1 },
    ],
    [
      { keys: ['post:1', 'post:x', 'post:01', '1', 'posts?limit=20', 'Posts'], tags: ['post'] },
      { keys: 1, tags: 0 },
    ],
    [
      { keys: [], tags: [], all: true },
      { keys: 0, tags: 0 },
    ],
  ])('%j: counts %j as known', async (sent, known) => {
    const answer = await api.send('POST', '/api/cache/invalidate', sent)
    expect(await answer.json()).toMatchObject({
      given: { keys: sent.keys.length, tags: sent.tags.length },
      known,
    })
  })

  it('knows every key that reads use', async () => {
    const kept = new Set<string>()
    const { cache } = api.instances.named('cache-aside')
    const read = cache.read.bind(cache)
    cache.read = ((key: string, ...rest: [never]) => kept.add(key) && read(key, ...rest)) as typeof cache.read
    for (const path of ['posts', 'posts/1', 'posts/999', 'posts?limit=1000', 'posts?limit=1&after=2', 'authors']) {
      await api.request(`/api/${path}`)
    }
    expect(kept.size).toBe(6)
    const answer = await api.send('POST', '/api/cache/invalidate', { keys: [...kept] })
    expect(await answer.json()).toMatchObject({ given: { keys: 6 }, known: { keys: 6 } })
  })
})

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
}

interface Parameter {
  readonly name: string
  readonly description?: string
  readonly schema: Schema
}

describe('/openapi.json', () => {
  const operations = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )
  const bodies = operations.flatMap(([name, { requestBody }]) => {
    const schema = requestBody?.content?.['application/json']?.schema as Schema | undefined
    return Object.entries(schema?.properties ?? {}).map(([key, property]) => [`${name} ${key}`, property] as const)
  })

  it.each(bodies)('describes %s, with the range of a number', (name, property) => {
    expect(property.description).toBeTruthy()
    for (const number of [property, property.items ?? {}]) {
      if (number.type !== 'integer' && number.type !== 'number') continue
      expect([number.minimum, number.maximum]).toEqual([expect.any(Number), expect.any(Number)])
    }
    if (name.endsWith('Ms')) expect(property.description).toMatch(/milliseconds from \d+ to \d+$/)
  })

  it('describes each parameter', () => {
    const parameters = operations.flatMap(([, operation]) => (operation.parameters ?? []) as Parameter[])
    expect(parameters.length).toBeGreaterThan(20)
    // A referenced schema has its own description.
    expect(parameters.filter(({ description, schema }) => !(description ?? schema.description ?? schema.$ref))).toEqual(
      [],
    )
  })
})
