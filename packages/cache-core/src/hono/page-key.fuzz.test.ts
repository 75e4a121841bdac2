/** Requests that a handler can distinguish by the parts of the key have different keys, so no answer contains another's data. */
import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createCache } from '../create-cache.ts'
import { memoryStore } from '../stores/memory.ts'
import { cacheAside } from '../strategies/cache-aside.ts'
import { invalidate } from '../strategies/invalidate.ts'
import { cachePage } from './cache-page.ts'
import { type KeyedRequest, pageKey } from './page-key.ts'

/** Few characters, mostly special ones, so that a faulty key would collide often. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '=', '&', '?', '#', '%', '/', ' ', '+', ',', 'é', '%3D', '%FF'),
  maxLength: 5,
})
const long = fc.oneof(
  { weight: 9, arbitrary: text },
  { weight: 1, arbitrary: text.map((some) => `${'x'.repeat(200)}${some}`) },
)
const parts = fc.record({
  path: long,
  query: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a b'), long), { maxLength: 4 }),
  headers: fc.dictionary(
    fc.constantFrom('x-a', 'x-b', 'x-c'),
    text.map((value) => encodeURI(value)),
    { noNullPrototype: true },
  ),
})
type Parts = { path: string; query: [string, string][]; headers: Record<string, string> }

const urlOf = ({ path, query }: Parts) => {
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return `/${encodeURIComponent(path)}${search && `?${search}`}`
}
const requestOf = (made: Parts): KeyedRequest => ({
  path: urlOf(made).split('?')[0]!,
  url: `http://a${urlOf(made)}`,
  header: (name) => made.headers[name],
})
/** The parts of the request that a handler may see, by names. */
const seenOf = ({ path, query, headers }: Parts, names: readonly string[] | undefined, vary: readonly string[]) =>
  JSON.stringify([
    path,
    ['a', 'a b', 'b', 'c']
      .filter((name) => names?.includes(name) ?? true)
      .map((name) => query.filter(([is]) => is === name).map(([, value]) => value)),
    vary.map((name) => headers[name] ?? null),
  ])

it.each([
  [undefined, ['x-a', 'x-b', 'x-c']],
  [['a', 'a b'], ['x-b']],
  [[], []],
])('one key if and only if a handler sees the same: query %j, vary %j', (names, vary) => {
  const keys = new Map<string, string>()
  const keysOf = new Map<string, string>()
  fc.assert(
    fc.property(parts, (made) => {
      const key = pageKey(requestOf(made), names, vary)
      const seen = seenOf(made, names, vary)
      expect(key.length).toBeLessThanOrEqual(200)
      expect(keys.get(key) ?? seen).toBe(seen)
      keys.set(key, seen)
      expect(keysOf.get(seen) ?? key).toBe(key)
      keysOf.set(seen, key)
    }),
    { numRuns: 1_000 },
  )
})

it('gives two raw queries one key only if they differ at most in the order of different names', () => {
  const raw = fc.string({ unit: fc.constantFrom('a', 'b', '=', '&', '?', '%', '+', '%FF', '%FE', '%61'), maxLength: 6 })
  const keyOf = (search: string) =>
    pageKey({ path: '/', url: `http://h/?${search}`, header: () => undefined }, undefined, [])
  const sorted = (search: string) => search.split('&').filter(Boolean).sort().join('&')
  fc.assert(
    fc.property(raw, raw, (one, other) => {
      if (keyOf(one) === keyOf(other)) expect(sorted(one)).toBe(sorted(other))
    }),
    { numRuns: 5_000 },
  )
})

/** Kinds of answers: only the first may be shared. */
const kinds = ['public', 'private', 'cookie', 'vary', 'throws', 'authorized'] as const

it("never answers with another's data, for any concurrent requests", async () => {
  const request = fc.record({
    path: fc.constantFrom('a', 'b'),
    reader: fc.constantFrom('ann', 'bob', 'cy'),
    kind: fc.constantFrom(...kinds),
  })
  const cache = createCache({ store: memoryStore(), read: cacheAside(), write: invalidate() })
  const app = new Hono()
  app.get('/:path', cachePage({ cache }), async (context) => {
    const [kind, reader] = [context.req.header('X-Kind'), context.req.header('X-Reader')]
    await Promise.resolve()
    const own = `${context.req.param('path')} of ${reader}`
    if (kind === 'public') return context.text(context.req.param('path'))
    if (kind === 'throws') throw new Error(own)
    if (kind === 'private') context.header('Cache-Control', 'max-age=1, Private')
    if (kind === 'cookie') context.header('Set-Cookie', `reader=${reader}`)
    if (kind === 'vary') context.header('Vary', 'X-Reader')
    return context.text(own)
  })
  app.onError((error, context) => context.text(error.message, 500))

  async function ask({ path, reader, kind }: { path: string; reader: string; kind: string }): Promise<string> {
    const headers = { 'X-Kind': kind, 'X-Reader': reader, ...(kind === 'authorized' && { Authorization: 'x' }) }
    const answer = await app.request(`/${path}`, { headers })
    // Its own page, or the public one.
    expect([path, `${path} of ${reader}`]).toContain(await answer.text())
    expect([null, `reader=${reader}`]).toContain(answer.headers.get('Set-Cookie'))
    return answer.headers.get('X-Cache') ?? 'none'
  }

  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 12 }), async (requests) => {
      await cache.invalidateAll()
      for (const outcome of await Promise.all(requests.map(ask))) seen.add(outcome)
    }),
    { numRuns: 150 },
  )
  expect([...seen].sort()).toEqual(['BYPASS', 'COLLAPSED', 'MISS'])
})
