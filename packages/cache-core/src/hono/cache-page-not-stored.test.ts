import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { alwaysRefresh, appOf, newCache, told } from '../../test/page-app.ts'
import { gate } from '../testing/gate.ts'
import { cachePage } from './cache-page.ts'

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
