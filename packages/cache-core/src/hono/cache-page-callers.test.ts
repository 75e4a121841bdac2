/** Callers of one page at the same time, and the headers that belong to one of them. */
import { type Context, Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { alwaysRefresh, appOf, newCache, settledRefresh } from '../../test/page-app.ts'
import type { Cache } from '../create-cache.ts'
import { gate } from '../testing/gate.ts'
import { cachePage } from './cache-page.ts'

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
