import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { bytesCodec } from '../codec.ts'
import { type Cache, createCache } from '../create-cache.ts'
import type { LoadContext } from '../load-run.ts'
import type { ReadStrategy } from '../ports/strategy.ts'
import { memoryStore } from '../stores/memory.ts'
import { cacheAside } from '../strategies/cache-aside.ts'
import { invalidate } from '../strategies/invalidate.ts'
import { noCache } from '../strategies/no-cache.ts'
import { stampedeLock } from '../strategies/stampede-lock.ts'
import { fakeRuntime } from '../testing/fake-runtime.ts'
import { gate } from '../testing/gate.ts'
import { type CachePageOptions, cachePage } from './cache-page.ts'

const newCache = (read: ReadStrategy = cacheAside()): Cache<unknown> =>
  createCache({ store: memoryStore(), read, write: invalidate() })

/** An app whose handler answers `respond(run number)`, and counts its runs. */
function appOf(
  respond: (run: number, request: Request) => Response | Promise<Response>,
  options: Partial<CachePageOptions> = {},
) {
  const app = new Hono()
  const seen = { runs: 0 }
  const cache = options.cache ?? newCache()
  app.all('/page/*', cachePage({ cache, ...options }), (context) => respond(++seen.runs, context.req.raw))
  app.onError((error, context) => context.text(`failed: ${error.message}`, 500))
  const get = async (path = '/page/a', init: RequestInit = {}) => app.request(path, init)
  return { app, seen, get, cache: cache as Cache<unknown> }
}

const told = async (response: Response) => [response.headers.get('X-Cache'), await response.text()]

describe('what is stored', () => {
  it('answers the second request with the same status, headers and bytes', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const headers = { 'Content-Type': 'image/x', 'X-Of-The-Page': 'yes', 'Cache-Control': 'max-age=5' }
    const { get, seen } = appOf(() => new Response(bytes, { headers }))
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
    const store = memoryStore({ runtime })
    const cache = createCache({ store, read: cacheAside(), write: invalidate(), runtime })
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
    const read = cacheAside({ ttlMs: 60_000, jitter: 0 })
    const cache = createCache({ store: memoryStore({ runtime }), read, write: invalidate(), runtime })
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

const NOT_STORED: [string, () => Response | Promise<Response>][] = [
  ['with Set-Cookie', () => new Response('x', { headers: { 'Set-Cookie': 'a=b' } })],
  ...[
    'private',
    'PRIVATE',
    'max-age=60, Private',
    'no-store',
    'max-age=60,No-Store',
    'public;private',
    'private="set-cookie"',
    'no-cache,\tprivate , max-age=1',
    'no-cache',
    'no-cache="set-cookie"',
    'max-age=0, must-revalidate',
    's-maxage=0, max-age=60',
  ].map((control): [string, () => Response] => [
    `with Cache-Control: ${control}`,
    () => new Response('x', { headers: { 'Cache-Control': control } }),
  ]),
  [
    'whose Vary names a header that is not in vary',
    () => new Response('x', { headers: { Vary: 'Accept-Language, Cookie' } }),
  ],
  ...['text/event-stream', 'application/x-ndjson; charset=utf-8', 'multipart/x-mixed-replace; boundary=a'].map(
    (type): [string, () => Response] => [
      `of parts, ${type}`,
      () => new Response('x', { headers: { 'Content-Type': type, Vary: 'Accept-Language' } }),
    ],
  ),
  ['with Vary: *', () => new Response('x', { headers: { Vary: '*' } })],
  ['that is compressed for one client', () => new Response('x', { headers: { 'Content-Encoding': 'gzip' } })],
  ['with a status other than 200', () => new Response('x', { status: 203 })],
  ['that is a redirect', () => new Response(null, { status: 302, headers: { Location: '/' } })],
  ['that is an error', () => new Response('x', { status: 503 })],
  ['from the error handler', () => Promise.reject(new Error('x'))],
]

describe('what is never stored', () => {
  it.each(NOT_STORED)('a response %s', async (_, respond) => {
    const { get, seen } = appOf(respond, { vary: ['accept-language'] })
    const first = await get()
    await get()
    expect([first.headers.get('X-Cache'), seen.runs]).toEqual(['BYPASS', 2])
    expect(first.headers.get('Vary')?.toLowerCase()).toMatch(/accept-language|\*/)
  })

  it.each(['private-ish', 'max-age=60', 'max-age=0, s-maxage=60', 'public', 'x-no-store'])(
    'except that Cache-Control: %s is stored',
    async (control) => {
      const { get } = appOf(() => new Response('x', { headers: { 'Cache-Control': control } }))
      await get()
      expect((await get()).headers.get('X-Cache')).toBe('HIT')
    },
  )

  describe('a body of more than 8 MiB', () => {
    const MIB = 1024 * 1024
    /** Never ends unless it is cancelled. */
    function endless() {
      const seen = { chunks: 0, cancelled: 0 }
      const body = () =>
        new ReadableStream<Uint8Array>(
          {
            pull: (controller) => controller.enqueue(new Uint8Array(MIB).fill(++seen.chunks)),
            cancel: () => void seen.cancelled++,
          },
          { highWaterMark: 0 },
        )
      return { seen, body }
    }

    it('is passed on whole to its client, and not stored', async () => {
      const whole = Uint8Array.from({ length: 10 * MIB }, (_, i) => i % 251)
      const { get, seen } = appOf(() => new Response(whole, { headers: { 'X-Of-The-Page': 'yes' } }))
      for (const runs of [1, 2]) {
        const answer = await get()
        expect([answer.headers.get('X-Cache'), answer.headers.get('X-Of-The-Page'), seen.runs]).toEqual([
          'BYPASS',
          'yes',
          runs,
        ])
        expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), whole)).toBe(0)
      }
    })

    it('is passed on even without an end, and is cancelled by its reader', async () => {
      const { body, seen } = endless()
      const { get } = appOf(() => new Response(body()))
      const reader = (await get()).body!.getReader()
      for (let i = 1; i <= 12; i++) expect((await reader.read()).value![0]).toBe(i)
      await reader.cancel()
      expect(seen).toEqual({ chunks: 12, cancelled: 1 })
    })

    it('is cancelled when its client leaves during the read', async () => {
      const client = new AbortController()
      const cancelled = gate()
      const body = new ReadableStream({ pull: () => client.abort(), cancel: () => cancelled.pass() })
      const { get } = appOf(() => new Response(body))
      const answer = get('/page/a', { signal: client.signal })
      await cancelled.reached
      cancelled.open()
      expect((await answer).status).toBe(500)
    })

    it('is cancelled in a background refresh, and the stored page stays', async () => {
      const { body, seen } = endless()
      const { get } = appOf((run) => new Response(run === 1 ? 'page' : body()), { cache: newCache(alwaysRefresh()) })
      await get()
      await get()
      await expect.poll(() => seen.cancelled).toBe(1)
      expect(await told(await get())).toEqual(['HIT', 'page'])
    })
  })

  it('an error page, even if the error handler answers 200', async () => {
    const app = new Hono()
    let runs = 0
    app.get('/page', cachePage({ cache: newCache() }), (context) => {
      if (++runs === 1) throw new Error('no')
      return context.text('well')
    })
    app.onError((_, context) => context.text('sorry'))
    const texts = []
    for (let i = 0; i < 3; i++) texts.push(await (await app.request('/page')).text())
    expect([texts, runs]).toEqual([['sorry', 'well', 'well'], 2])
  })

  it('a body that fails half-way: the error handler answers, without any part of the page', async () => {
    const half = (run: number) =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode(`half ${run}`)),
          pull: (controller) => controller.error(new Error('cut off')),
        }),
        { headers: { 'X-Of-The-Page': 'yes' } },
      )
    const { get, seen } = appOf((run) => (run < 3 ? half(run) : new Response('whole')))
    for (let i = 0; i < 2; i++) {
      const answer = await get()
      expect([answer.status, await answer.text(), answer.headers.get('X-Of-The-Page')]).toEqual([
        500,
        'failed: cut off',
        null,
      ])
    }
    expect([await told(await get()), await told(await get()), seen.runs]).toEqual([
      ['MISS', 'whole'],
      ['HIT', 'whole'],
      3,
    ])
  })

  it.each([
    ['Authorization', 'Bearer x'],
    ['Range', 'bytes=0-1'],
  ])('a request with %s bypasses it, and its response is not stored', async (name, value) => {
    const { get, seen } = appOf((run) => new Response(`page ${run}`))
    const asked = { headers: { [name]: value } }
    expect(await told(await get('/page/a', asked))).toEqual(['BYPASS', 'page 1'])
    expect(await told(await get())).toEqual(['MISS', 'page 2'])
    expect(await told(await get('/page/a', asked))).toEqual(['BYPASS', 'page 3'])
    expect(seen.runs).toBe(3)
  })

  it('other methods', async () => {
    const { get, seen } = appOf((run) => new Response(`page ${run}`))
    await get()
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get('/page/a', { method })).headers.get('X-Cache')).toBeNull()
    }
    expect(seen.runs).toBe(5)
  })

  it('headers of one request or one connection', async () => {
    const headers = { 'X-Request-Id': '1', 'Server-Timing': 'db', Connection: 'close', Date: 'x', 'X-Kept': 'yes' }
    const { get } = appOf(() => new Response('x', { headers }))
    await get()
    const hit = await get()
    expect(
      ['X-Request-Id', 'Server-Timing', 'Connection', 'Date', 'X-Kept'].map((name) => hit.headers.get(name)),
    ).toEqual([null, null, null, null, 'yes'])
  })
})

/** An app with a middleware before cachePage that sets headers for each request, and one after it. */
function appWithOuter(
  cache: Cache<unknown>,
  respond: (context: Context) => Promise<Response> | Response = (context) => context.text('page'),
) {
  const app = new Hono()
  app.use(async (context, next) => {
    const reader = context.req.header('X-Reader')!
    context.header('X-User', reader)
    context.header('Cache-Control', context.req.header('X-Control'))
    // Like Hono's own middlewares.
    context.res.headers.set('Access-Control-Allow-Origin', '*')
    if (reader === 'cy') {
      context.header('Set-Cookie', 'a=1', { append: true })
      context.header('Set-Cookie', 'b=2', { append: true })
    }
    await next()
    context.header('X-After', reader)
  })
  app.get('/page', cachePage({ cache, vary: ['x-flag'] }), async (context, next) => {
    context.header('X-Inner', 'yes')
    await next()
  })
  app.get('/page', respond)
  app.onError((error, context) => context.text(error.message, 500))
  const get = async (reader: string, headers: Record<string, string> = {}) => {
    const answer = await app.request('/page', { headers: { 'X-Reader': reader, ...headers } })
    const names = ['X-Cache', 'X-User', 'X-After', 'Access-Control-Allow-Origin', 'X-Inner']
    return [...names.map((name) => answer.headers.get(name)), answer.headers.getSetCookie().join()]
  }
  return { app, get }
}

describe('headers set by earlier middlewares', () => {
  it('belong to their request only, on a miss, on a hit and after a refresh', async () => {
    const { get } = appWithOuter(newCache(alwaysRefresh()))
    expect(await get('ann')).toEqual(['MISS', 'ann', 'ann', '*', 'yes', ''])
    for (const reader of ['bob', 'dan', 'bob']) {
      expect(await get(reader)).toEqual(['HIT', reader, reader, '*', 'yes', ''])
      await settledRefresh()
    }
    expect(await get('cy')).toEqual(['HIT', 'cy', 'cy', '*', 'yes', 'a=1,b=2'])
  })

  it('belong to their request only if callers share a load', async () => {
    const open = gate()
    const { get } = appWithOuter(newCache(), async (context) => {
      await open.pass()
      return context.text('page')
    })
    const answers = [get('ann'), get('bob'), get('cy')]
    await open.reached
    for (let i = 0; i < 20; i++) await Promise.resolve()
    open.open()
    expect(await Promise.all(answers)).toEqual([
      ['MISS', 'ann', 'ann', '*', 'yes', ''],
      ['COLLAPSED', 'bob', 'bob', '*', 'yes', ''],
      ['COLLAPSED', 'cy', 'cy', '*', 'yes', 'a=1,b=2'],
    ])
  })

  it.each([
    ['private', () => new Response('x', { headers: { 'Cache-Control': 'private' } })],
    ['failed', () => new Response('x', { status: 503 })],
    ['thrown', () => Promise.reject(new Error('x'))],
  ])('stay on a response that is not stored: %s', async (_, respond) => {
    const { get } = appWithOuter(newCache(), respond)
    const [xCache, user, after, origin] = await get('cy')
    expect([xCache, user, after, origin]).toEqual(['BYPASS', 'cy', 'cy', '*'])
    expect((await get('cy')).at(-1)).toBe('a=1,b=2')
  })

  it.each(['private', 'no-store', 'no-cache'])('prevent sharing of the page: %s', async (control) => {
    const { get } = appWithOuter(newCache(alwaysRefresh()))
    expect((await get('ann', { 'X-Control': control }))[0]).toBe('BYPASS')
    expect((await get('bob'))[0]).toBe('MISS')
  })

  it('are sent with a 304 too, and their Vary is merged with that of the page', async () => {
    const app = new Hono()
    app.use(async (context, next) => {
      context.header('Vary', 'X-Flag')
      context.header('X-User', context.req.header('X-Reader'))
      await next()
    })
    app.get('/page', cachePage({ cache: newCache(), vary: ['x-flag', 'x-lang'] }), () => {
      return new Response('page', { headers: { Vary: 'X-Lang' } })
    })
    const etag = (await app.request('/page')).headers.get('ETag')!
    const known = await app.request('/page', { headers: { 'If-None-Match': etag, 'X-Reader': 'bob' } })
    expect([known.status, known.headers.get('X-User'), known.headers.get('Vary')]).toEqual([
      304,
      'bob',
      'X-Lang, x-flag',
    ])
  })
})

describe('concurrent callers', () => {
  /** Callers 1 … n of one page; the first one's handler waits until all have arrived. */
  async function together(respond: (reader: string) => Response, count = 5) {
    const open = gate()
    const readers: string[] = []
    const { get, seen } = appOf(async (run, request) => {
      const reader = request.headers.get('X-Reader')!
      readers.push(reader)
      if (run === 1) await open.pass()
      return respond(reader)
    })
    const answers = Array.from({ length: count }, (_, i) => get('/page/a', { headers: { 'X-Reader': `r${i}` } }))
    await open.reached
    // The others miss, and join the load.
    for (let i = 0; i < 20; i++) await Promise.resolve()
    open.open()
    return { answers: await Promise.all(answers), seen, readers }
  }

  it('share one run of the handler if its response may be shared', async () => {
    const { answers, seen } = await together(() => new Response('page'))
    expect(seen.runs).toBe(1)
    expect(answers.map((answer) => answer.headers.get('X-Cache'))).toEqual(['MISS', ...Array(4).fill('COLLAPSED')])
  })

  it.each([
    ['Set-Cookie', { 'Set-Cookie': 'session=1' }],
    ['private', { 'Cache-Control': 'private' }],
    ['no-store', { 'Cache-Control': 'no-store' }],
    ['another Vary', { Vary: 'Cookie' }],
  ])("never get each other's response with %s", async (_, headers) => {
    const { answers, seen } = await together((reader) => new Response(`for ${reader}`, { headers }))
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(answers.map((_, i) => `for r${i}`))
    expect(seen.runs).toBe(5)
    for (const answer of answers) expect(answer.headers.get('X-Cache')).toBe('BYPASS')
  })

  it("get their own handler's error, each from the error handler", async () => {
    const { answers, seen } = await together((reader) => {
      throw new Error(`no page for ${reader}`)
    })
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect([texts, seen.runs]).toEqual([answers.map((_, i) => `failed: no page for r${i}`), 5])
  })

  it("do not get a first caller's answer to HEAD", async () => {
    const open = gate()
    const { get } = appOf(async (run, { method }) => {
      if (run === 1) await open.pass()
      return new Response(method === 'HEAD' ? '' : 'page')
    })
    const head = get('/page/a', { method: 'HEAD' })
    await open.reached
    const whole = get()
    for (let i = 0; i < 20; i++) await Promise.resolve()
    open.open()
    await head
    expect(await (await whole).text()).toBe('page')
  })
})

describe('with a strategy that loads or falls back on its own', () => {
  const run = { signal: new AbortController().signal, isBehindAnswer: false, skip() {}, setTtl() {}, setTags() {} }
  const result = (value: Buffer | undefined) => ({ outcome: 'stale', value, ageMs: 5_000, ttlMs: -1, loadMs: 1 })

  it('runs the handler once per request, and keeps nothing if the load is run again', async () => {
    let skipped = 0
    const read = async (_: string, load: (context: LoadContext) => Promise<Buffer | undefined>) => {
      await load({ ...run, skip: () => skipped++ })
      expect(skipped).toBe(0)
      return result(await load({ ...run, skip: () => skipped++ }))
    }
    const { get, seen } = appOf(() => new Response('page'), { cache: { read } as never })
    expect([await (await get()).text(), seen.runs, skipped]).toEqual(['page', 1, 1])
  })

  it("serves the strategy's fallback page if the handler fails, without any part of the failure", async () => {
    let kept: Buffer | undefined
    const read = async (_: string, load: (context: LoadContext) => Promise<Buffer | undefined>) => {
      kept = await load(run).catch(() => kept)
      return result(kept)
    }
    const { get } = appOf(
      (run) => {
        if (run === 2) throw new Error('no')
        return run === 3
          ? new Response('unavailable', { status: 503, headers: { 'Retry-After': '1' } })
          : new Response('page')
      },
      { cache: { read } as never },
    )
    for (let i = 0; i < 3; i++) {
      const answer = await get()
      expect([answer.status, ...(await told(answer)), answer.headers.get('Age')]).toEqual([200, 'STALE', 'page', '5'])
      expect(answer.headers.get('Retry-After')).toBeNull()
    }
  })

  it('serves no page to a caller that the handler refuses', async () => {
    let kept: Buffer | undefined
    const read = async (_: string, load: (context: LoadContext) => Promise<Buffer | undefined>) => {
      kept = (await load(run)) ?? kept
      return result(kept)
    }
    const app = new Hono()
    app.get('/page', cachePage({ cache: { read } as never }), (context) => {
      if (context.req.header('Cookie') === 'blocked') throw new HTTPException(403, { message: 'not you' })
      return context.text('page')
    })
    expect(await (await app.request('/page')).text()).toBe('page')
    const refused = await app.request('/page', { headers: { Cookie: 'blocked' } })
    expect([refused.status, await refused.text()]).toEqual([403, 'not you'])
  })
})

/** Always serves the entry, and starts a background refresh each time. */
const alwaysRefresh = (): ReadStrategy => ({ ...cacheAside(), evaluate: () => 'refresh' }) as ReadStrategy

describe('a background refresh', () => {
  it('runs the handlers after the middleware as a new request, and keeps their response', async () => {
    const cache = newCache(alwaysRefresh())
    const app = new Hono<{ Variables: { tenant: string } }>()
    let runs = 0
    app.use(async (context, next) => {
      context.set('tenant', 'blue')
      await next()
    })
    app.get('/page/:id', cachePage({ cache }), async (context, next) => {
      context.header('X-Between', 'yes')
      await next()
    })
    app.get('/page/:id', (context) => context.text(`${context.get('tenant')} ${context.req.param('id')} ${++runs}`))
    const texts = []
    for (let i = 0; i < 4; i++) {
      const answer = await app.request('/page/7')
      texts.push(await answer.text())
      expect(answer.headers.get('X-Between')).toBe('yes')
      await settledRefresh()
    }
    expect(texts).toEqual(['blue 7 1', 'blue 7 1', 'blue 7 2', 'blue 7 3'])
  })

  it('keeps the stored page if the new response is private, and if the handler fails', async () => {
    const time = fakeRuntime()
    const { get } = appOf(
      (run) => {
        if (run === 2) return new Response('secret', { headers: { 'Cache-Control': 'private' } })
        if (run === 3) throw new Error('no')
        return new Response(`page ${run}`)
      },
      { cache: createCache({ store: memoryStore(), read: alwaysRefresh(), write: invalidate(), runtime: time }) },
    )
    const texts = []
    for (let i = 0; i < 5; i++) {
      texts.push(await (await get()).text())
      await settledRefresh()
      await time.advance(1_000) // a refresh that kept nothing is tried again after 1 s
    }
    expect(texts).toEqual(['page 1', 'page 1', 'page 1', 'page 1', 'page 4'])
  })
})

describe('a refresh whose handler fails', () => {
  /** A sub-app with its own error handler, which answers 200. The second run fails. */
  function appWithSub(fail: () => Error) {
    const time = fakeRuntime()
    const cache = createCache({ store: memoryStore(), read: alwaysRefresh(), write: invalidate(), runtime: time })
    const app = new Hono()
    const sub = new Hono()
    let runs = 0
    sub.get('/page', (context) => {
      if (++runs === 2) throw fail()
      return context.text(`page ${runs}`)
    })
    sub.onError((error, context) => context.text(`error page: ${error.message}`))
    app.use(cachePage({ cache }))
    app.route('/s', sub)
    return { cache, time, get: async () => (await app.request('/s/page')).text() }
  }

  it('keeps no error page, even if the sub-app’s error handler answers 200, and counts a failure', async () => {
    const { cache, time, get } = appWithSub(() => new Error('session=ann'))
    const texts = []
    for (let i = 0; i < 4; i++) {
      texts.push(await get())
      await settledRefresh()
      await time.advance(1_000) // a refresh that failed is tried again after 1 s
    }
    expect(texts).toEqual(['page 1', 'page 1', 'page 1', 'page 3'])
    expect(cache.stats()).toMatchObject({ failedRefreshes: 1 })
  })
})

describe('a page that is gone', () => {
  it.each([
    ['answers 404', () => new Response('gone', { status: 404 }), 404],
    ['answers 410', () => new Response('gone', { status: 410 }), 410],
    ['throws an HTTPException', () => Promise.reject(new HTTPException(404)), 404],
  ])('is no longer served once a refresh has noticed: the handler %s', async (_, respond, status) => {
    const app = new Hono()
    let runs = 0
    app.get('/page', cachePage({ cache: newCache(alwaysRefresh()) }), async () => {
      runs++
      return runs === 1 || runs > 4 ? new Response('page') : respond()
    })
    const statuses = []
    for (let i = 0; i < 4; i++) {
      statuses.push((await app.request('/page')).status)
      await settledRefresh()
    }
    expect(statuses).toEqual([200, 200, status, 200])
  })
})

it('gives a refresh the execution context of its request', async () => {
  const app = new Hono()
  let runs = 0
  app.get('/page', cachePage({ cache: newCache(alwaysRefresh()) }), (context) => {
    context.executionCtx.waitUntil(Promise.resolve())
    return context.text(`page ${++runs}`)
  })
  const executionCtx = { waitUntil() {}, passThroughOnException() {}, props: {} }
  const texts = []
  for (let i = 0; i < 3; i++) {
    texts.push(await (await app.request('/page', {}, {}, executionCtx)).text())
    await settledRefresh()
  }
  expect(texts).toEqual(['page 1', 'page 1', 'page 2'])
})

/** A refresh in memory needs only a few ticks of the event loop. */
async function settledRefresh(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

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
