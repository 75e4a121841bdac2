import { describe, expect, it } from 'vitest'
import { appOf, newCache, told } from '../../test/page-app.ts'
import { bytesCodec } from '../codec.ts'
import { createCache } from '../create-cache.ts'
import { memoryStore } from '../stores/memory.ts'
import { cacheAside } from '../strategies/cache-aside.ts'
import { invalidate } from '../strategies/invalidate.ts'
import { noCache } from '../strategies/no-cache.ts'
import { stampedeLock } from '../strategies/stampede-lock.ts'
import { fakeRuntime } from '../testing/fake-runtime.ts'
import { cachePage } from './cache-page.ts'

describe('what is stored', () => {
  it('answers the second request with the same status, headers and bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const headers = { 'Content-Type': 'image/x', 'X-Of-The-Page': 'yes', 'Cache-Control': 'max-age=5' }
    const { get, seen } = appOf(() => new Response(bytes, { headers }), {
      cache: newCache(cacheAside(), fakeRuntime()),
    })
    const [first, second] = [await get(), await get()]
    expect([first.headers.get('X-Cache'), second.headers.get('X-Cache'), seen.runs]).toEqual(['MISS', 'HIT', 1])
    for (const answer of [first, second]) {
      expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
      for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toBe(value)
      expect([answer.headers.get('Age'), answer.headers.get('Content-Length')]).toEqual(['0', '256'])
    }
    expect(first.headers.get('Cache-Status')).toBe('cache-core; fwd=uri-miss; stored')
    expect(second.headers.get('Cache-Status')).toMatch(/^cache-core; hit; ttl=[45]$/)
    expect(second.headers.get('ETag')).toBe(first.headers.get('ETag'))
  })

  it.each([
    [
      'bytesCodec',
      () => createCache({ store: memoryStore(), read: stampedeLock(), write: invalidate(), codec: bytesCodec }),
    ],
    ['the default codec', () => newCache()],
  ])('works with a cache of %s', async (_, make) => {
    const { get } = appOf((run) => new Response(`page ${run}`), { cache: make() })
    expect([await told(await get()), await told(await get())]).toEqual([
      ['MISS', 'page 1'],
      ['HIT', 'page 1'],
    ])
  })

  it('keeps nothing if the strategy keeps nothing', async () => {
    const { get } = appOf((run) => new Response(`page ${run}`), { cache: newCache(noCache()) })
    expect([await told(await get()), await told(await get())]).toEqual([
      ['BYPASS', 'page 1'],
      ['BYPASS', 'page 2'],
    ])
  })

  it('answers 304 without a body to a client that has the page, on a miss and on a hit', async () => {
    const { get } = appOf(() => new Response('page'))
    const etag = (await get()).headers.get('ETag')!
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await get('/page/a', { headers: { 'If-None-Match': known } })
      expect([known, answer.status, await answer.text(), answer.headers.get('ETag')]).toEqual([known, 304, '', etag])
    }
    expect((await get('/page/a', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
    expect(
      (await appOf(() => new Response('page')).get('/page/a', { headers: { 'If-None-Match': etag } })).status,
    ).toBe(304)
  })

  it("keeps the handler's own ETag", async () => {
    const { get } = appOf(() => new Response('page', { headers: { ETag: 'W/"mine"' } }))
    await get()
    expect((await get()).headers.get('ETag')).toBe('W/"mine"')
    expect((await get('/page/a', { headers: { 'If-None-Match': '"mine"' } })).status).toBe(304)
  })

  it('answers HEAD from a stored page, and stores no answer to HEAD', async () => {
    const { get, seen } = appOf((run, { method }) => new Response(method === 'HEAD' ? '' : `page ${run}`))
    await get('/page/a', { method: 'HEAD' })
    expect(await told(await get())).toEqual(['MISS', 'page 2'])
    const head = await get('/page/a', { method: 'HEAD' })
    expect([head.headers.get('X-Cache'), head.headers.get('Content-Length'), await head.text(), seen.runs]).toEqual([
      'HIT',
      '6',
      '',
      2,
    ])
  })

  it('is invalidated by tag and by its key, and expires by ttlMs', async () => {
    const runtime = fakeRuntime()
    const cache = newCache(cacheAside(), runtime)
    const { get } = appOf((run) => new Response(`page ${run}`), { cache, tags: ['posts'], ttlMs: 1_000 })
    await get()
    await cache.invalidate({ tags: ['posts'] })
    expect(await told(await get())).toEqual(['MISS', 'page 2'])
    await cache.invalidate({ keys: ['page:/page/a'] })
    expect(await told(await get())).toEqual(['MISS', 'page 3'])
    await runtime.advance(999)
    expect(await told(await get())).toEqual(['HIT', 'page 3'])
    await runtime.advance(1)
    expect(await told(await get())).toEqual(['MISS', 'page 4'])
  })
})

it.each([
  ['max-age=5', undefined, 5_000],
  ['max-age=600, s-maxage=5', undefined, 5_000],
  ['max-age=5', 2_000, 2_000],
  ['max-age=600', undefined, 60_000],
  ['max-age=99999999999999999999', 2_000, 2_000],
])(
  'is fresh for as long as the page says, but no longer than the cache allows: %s, ttlMs %s',
  async (control, ttlMs, fresh) => {
    const runtime = fakeRuntime()
    const cache = newCache(cacheAside({ ttlMs: 60_000, jitter: 0 }), runtime)
    const { get } = appOf(() => new Response('x', { headers: { 'Cache-Control': control } }), {
      cache,
      ...(ttlMs !== undefined && { ttlMs }),
    })
    await get()
    await runtime.advance(fresh - 1)
    expect((await get()).headers.get('X-Cache')).toBe('HIT')
    await runtime.advance(1)
    expect((await get()).headers.get('X-Cache')).toBe('MISS')
  },
)

describe('distinguishes', () => {
  const at = async (get: ReturnType<typeof appOf>['get'], path: string, headers: Record<string, string> = {}) =>
    (await get(path, { headers })).headers.get('X-Cache')

  it('paths, and all query parameters in any order', async () => {
    const { get } = appOf(() => new Response('x'))
    for (const path of [
      '/page/a',
      '/page/b',
      '/page/a?x=1',
      '/page/a?x=2',
      '/page/a?x=1&y=1',
      '/page/a?x=1&x=2',
      '/page/a?x=2&x=1',
    ]) {
      expect([path, await at(get, path)]).toEqual([path, 'MISS'])
    }
    expect(await at(get, '/page/a?y=1&x=1')).toBe('HIT')
  })

  it('with query, only the named parameters, in any spelling', async () => {
    const { get } = appOf(() => new Response('x'), { query: ['after'] })
    expect(await at(get, '/page/a?after=1')).toBe('MISS')
    expect(await at(get, '/page/a?utm=1&after=1')).toBe('HIT')
    expect(await at(get, '/page/a?%61fter=2')).toBe('MISS')
    expect(await at(get, '/page/a?utm=1')).toBe('MISS')
  })

  it('with vary, values of request headers, including absent and empty ones, and lists them in Vary', async () => {
    const { get } = appOf(() => new Response('x', { headers: { Vary: 'Accept-Language' } }), {
      vary: ['Accept-Language', 'X-Flag'],
    })
    for (const headers of [
      {},
      { 'Accept-Language': '' },
      { 'Accept-Language': 'de' },
      { 'Accept-Language': 'de', 'X-Flag': '1' },
    ] as Record<string, string>[]) {
      expect([headers, await at(get, '/page/a', headers)]).toEqual([headers, 'MISS'])
      expect([headers, await at(get, '/page/a', headers)]).toEqual([headers, 'HIT'])
    }
    expect((await get()).headers.get('Vary')).toBe('Accept-Language, x-flag')
  })
})

it.each([
  [{}, /cache/],
  [{ cache: newCache(), ttlMs: 0 }, /ttlMs is 0/],
  [{ cache: newCache(cacheAside({ ttlMs: 1_000 })), ttlMs: 1_001 }, /ttlMs is 1001/],
  [{ cache: newCache(), query: 'after' }, /query/],
  [{ cache: newCache(), vary: ['*'] }, /vary is "\*".*; give names of request headers/],
  [{ cache: newCache(), tag: ['a'] }, /no option "tag"; did you mean tags/],
])('refuses invalid options at construction: %#', (options, message) => {
  expect(() => cachePage(options as never)).toThrow(message)
})
