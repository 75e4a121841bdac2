/** Loads for which the request's own handler does not run: background refreshes, repeated loads and fallbacks. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { alwaysRefresh, appOf, newCache, settledRefresh, told } from '../../test/page-app.ts'
import type { LoadContext } from '../load-run.ts'
import { fakeRuntime } from '../testing/fake-runtime.ts'
import { cachePage } from './cache-page.ts'

describe('with a strategy that loads or falls back on its own', () => {
  const run = {
    key: 'page',
    signal: new AbortController().signal,
    isBehindAnswer: false,
    skip() {},
    setTtl() {},
    setTags() {},
  }
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
      { cache: newCache(alwaysRefresh(), time) },
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
    const cache = newCache(alwaysRefresh(), time)
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
