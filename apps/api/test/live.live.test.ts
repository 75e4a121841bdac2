/** What the live page uses, over HTTP: the stream of figures, the load and the actions. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createProblemServer } from '../src/http/protocol-errors.ts'
import { openApiDocument } from '../src/openapi/document.ts'
import { accessLog } from '../src/telemetry/access-log.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { eventsIn, next, type StreamEvent } from './support/stream-events.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const check = openApiCheck(openApiDocument())

type Counts = Record<'reads' | 'hits' | 'misses' | 'loads' | 'writes' | 'staleReads' | 'storeCalls', number>
type Window = Counts & Record<'hitMs' | 'waitMs', { count: number }>
type Strategies<T> = { readonly strategies: Record<string, T> }
type Stats = Strategies<Counts & { staleForMs: { count: number } }>
type Streamed = Strategies<Counts & { window: Window }> & { windowMs: number }
type Load = { readonly hottestId: number }
type LoadState = { readonly running: Load | null; readonly last: Load | null }
type Described = { readonly name: string; readonly tuning: Record<string, number> }

let api: TestApi
let base: string
let server: ReturnType<typeof createProblemServer>
beforeAll(async () => {
  api = await testApi({ posts: 100 })
  const logger = pino({ level: 'silent' })
  server = createProblemServer(api.fetch, logger, accessLog(logger)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await api.close()
})

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(base + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const get = async <T>(path: string) => (await (await ask('GET', path)).json()) as T

const open = new Set<AbortController>()
afterEach(() => {
  for (const controller of open) controller.abort()
  open.clear()
})

/** The events of a connection, one by one. */
async function* eventsOf(): AsyncGenerator<StreamEvent> {
  const controller = new AbortController()
  open.add(controller)
  const answer = await fetch(`${base}/api/stats/stream`, { signal: controller.signal })
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, 'text/event-stream'])
  yield* eventsIn(answer.body!.pipeThrough(new TextDecoderStream()))
}
const isStats = ({ event }: StreamEvent) => event === 'stats'

describe('GET /api/stats/stream', () => {
  it('sends the figures of GET /api/stats each second, and what happened since the event before', async () => {
    await ask('POST', '/api/stats/reset', {})
    const events = eventsOf()
    await next(events, isStats)
    for (const id of [1, 1, 2]) await ask('GET', `/api/posts/${id}?strategy=cache-aside`)
    const seen = { reads: 0, hits: 0, misses: 0, loads: 0, hitCount: 0, waitCount: 0 }
    let last: Streamed | undefined
    while (seen.reads < 3) {
      last = await next<Streamed>(events, isStats)
      const { window } = last.strategies['cache-aside']!
      for (const name of ['reads', 'hits', 'misses', 'loads'] as const) seen[name] += window[name]
      seen.hitCount += window.hitMs.count
      seen.waitCount += window.waitMs.count
    }
    expect(seen).toEqual({ reads: 3, hits: 1, misses: 2, loads: 2, hitCount: 1, waitCount: 2 })
    expect(last!.windowMs).toBeGreaterThan(500)
    const { strategies } = await get<Stats>('/api/stats')
    const { window, ...streamed } = last!.strategies['cache-aside']!
    expect(streamed).toEqual(strategies['cache-aside'])
    expect(window.storeCalls).toBeLessThanOrEqual(streamed.storeCalls)
  })

  it('sends each mark once to every connection, and the last ones to a new connection', async () => {
    const before = eventsOf()
    await next(before, ({ event }) => event === 'load')
    await ask('POST', '/api/actions/flush', { strategies: ['cache-aside'] })
    const isFlush = ({ event, data }: StreamEvent) => event === 'mark' && (data as { what: string }).what === 'flush'
    const expected = { what: 'flush', label: 'Flush', strategies: ['cache-aside'], at: expect.any(String) }
    expect(await next(before, isFlush)).toEqual(expected)
    expect(await next(eventsOf(), isFlush)).toEqual(expected)
  })

  it('answers HEAD without a stream, and refuses a parameter', async () => {
    const head = await ask('HEAD', '/api/stats/stream')
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await ask('GET', '/api/stats/stream?x=1')).status).toBe(400)
  })
})

describe('/api/load', () => {
  const isOver = async () => (await get<LoadState>('/api/load')).running

  it('sends the same operations to each strategy, then puts the tuning back', async () => {
    await ask('POST', '/api/stats/reset', {})
    const tuningOf = async () =>
      (await get<Described[]>('/api/strategies')).map(({ name, tuning }) => [name, tuning] as const)
    const before = await tuningOf()
    const strategies = ['no-cache', 'cache-aside']
    const shape = { ratePerSecond: 100, seconds: 1, writeShare: 0.1, posts: 50, ttlMs: 4_321, originDelayMs: 3 }
    const started = await ask('POST', '/api/load', { strategies, ...shape })
    expect(started.status).toBe(202)
    expect(await check('POST', '/api/load', started.clone())).toEqual([])
    expect(await started.json()).toMatchObject({ running: { strategies, ...shape } })
    const during = Object.fromEntries(await tuningOf())
    expect(during['cache-aside']).toMatchObject({ ttlMs: 4_321, originDelayMs: 3 })
    expect((await ask('POST', '/api/load', {})).status).toBe(409)
    await expect.poll(isOver, { timeout: 20_000 }).toBe(null)
    const { last } = await get<LoadState>('/api/load')
    expect(last).toMatchObject({ why: 'done', sent: 200, failed: 0, skipped: 0 })
    expect(await tuningOf()).toEqual(before)
    const { strategies: stats } = await get<Stats>('/api/stats')
    const [none, cached] = [stats['no-cache']!, stats['cache-aside']!]
    expect([none.reads + none.writes, cached.reads, cached.writes]).toEqual([100, none.reads, none.writes])
    expect([none.hits, cached.hits > 0]).toEqual([0, true])
  })

  it('does not put back a setting that was changed while it ran', async () => {
    const name = 'cache-aside'
    const tuning = async () => (await get<Described[]>('/api/strategies')).find((each) => each.name === name)!.tuning
    const before = await tuning()
    await ask('POST', '/api/load', { strategies: [name], seconds: 60, originDelayMs: 7 })
    await ask('PATCH', `/api/strategies/${name}`, { ttlMs: 55_555 })
    await ask('DELETE', '/api/load')
    expect(await tuning()).toEqual({ ...before, ttlMs: 55_555 })
    await ask('PATCH', `/api/strategies/${name}`, { ttlMs: before.ttlMs })
  })

  it('is stopped, and has then ended', async () => {
    await ask('POST', '/api/load', { strategies: ['cache-aside'], seconds: 60 })
    const stopped = await ask('DELETE', '/api/load')
    expect(await check('DELETE', '/api/load', stopped.clone())).toEqual([])
    expect(await stopped.json()).toMatchObject({ running: null, last: { why: 'stopped', seconds: 60 } })
  })

  it.each([
    [{ seconds: 61 }, 'seconds: give a whole number from 1 to 60'],
    [{ ratePerSecond: 201 }, 'ratePerSecond: give a whole number from 1 to 200'],
    [{ strategies: [] }, 'strategies: give at least one name'],
    [{ strategies: ['lru'] }, 'lru'],
    [{ rate: 5 }, 'rate'],
  ])('refuses %j', async (body, detail) => {
    const answer = await ask('POST', '/api/load', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(detail) })
    expect(await isOver()).toBe(null)
  })
})

describe('/api/actions', () => {
  const act = (name: string, strategies: string[]) => ask('POST', `/api/actions/${name}`, { strategies })
  const read = async (path: string) => {
    const answer = await ask('GET', path)
    const { version } = (await answer.json()) as { version: number }
    return { outcome: answer.headers.get('X-Cache'), stale: answer.headers.get('X-Stale-Ms') !== '0', version }
  }

  it('are listed with what they do; pausing Redis only where this project started it', async () => {
    const answer = await ask('GET', '/api/actions')
    expect(await check('GET', '/api/actions', answer.clone())).toEqual([])
    const list = (await answer.json()) as { name: string; available: boolean; why?: string }[]
    expect(list.filter(({ available }) => !available)).toMatchObject([{ name: 'pause-redis', why: /pnpm dev/ }])
    expect((await act('pause-redis', ['cache-aside'])).status).toBe(409)
    expect((await act('reboot', ['cache-aside'])).status).toBe(404)
  })

  it('change the hottest post of the load: dropped, written, written around the cache', async () => {
    await ask('POST', '/api/load', { strategies: ['cache-aside'], seconds: 1, ratePerSecond: 1, posts: 50 })
    const { hottestId } = (await get<LoadState>('/api/load')).running!
    await ask('DELETE', '/api/load')
    const path = `/api/posts/${hottestId}?strategy=cache-aside`
    await read(path)
    expect(await read(path)).toMatchObject({ outcome: 'HIT' })
    const answer = await act('expire-hottest', ['cache-aside'])
    expect(await check('POST', '/api/actions/{name}', answer.clone())).toEqual([])
    expect(await answer.json()).toMatchObject({ strategies: ['cache-aside'], key: `post:${hottestId}` })
    const loaded = await read(path)
    expect(loaded).toMatchObject({ outcome: 'MISS', stale: false })
    await ask('POST', '/api/stats/reset', {})
    // Expiry alone: it keeps the old version until its TTL ends.
    await act('write-around', ['cache-aside'])
    expect(await read(path)).toEqual({ outcome: 'HIT', stale: true, version: loaded.version })
    const { staleReads, staleForMs } = (await get<Stats>('/api/stats')).strategies['cache-aside']!
    expect([staleReads, staleForMs.count]).toEqual([1, 1])
    await act('cold-start', ['cache-aside'])
    expect(await read(path)).toEqual({ outcome: 'MISS', stale: false, version: loaded.version + 1 })
    expect((await get<Stats>('/api/stats')).strategies['cache-aside']).toMatchObject({ reads: 1, staleReads: 0 })
  })

  it('let readers wait for the lease of a process that was killed, and then load', async () => {
    const strategies = ['stampede-lock', 'write-behind', 'tiered']
    await ask('POST', '/api/load', { strategies, seconds: 1, ratePerSecond: 1, posts: 60 })
    const { hottestId } = (await get<LoadState>('/api/load')).running!
    await ask('DELETE', '/api/load')
    vi.stubEnv('WATCH_REPORT_DEPENDENCIES', '1') // as under `node --watch`
    expect((await act('kill-lease-holder', strategies)).status).toBe(200)
    vi.unstubAllEnvs()
    for (const strategy of strategies) {
      const path = `/api/posts/${hottestId}?strategy=${strategy}`
      const began = performance.now()
      expect(await read(path)).toMatchObject({ outcome: 'MISS' })
      // The first one waits for what is left of the 2 s; meanwhile the other leases end too.
      const isFirst = strategy === strategies[0]
      expect(performance.now() - began > 1_000).toBe(isFirst)
    }
  })

  it.each([
    ['another origin', { Origin: 'http://example.com' }],
    ['a page of a name that resolves to this machine', { Host: 'example.com', Origin: 'http://example.com' }],
    ['a proxy', { 'X-Forwarded-For': '192.0.2.1' }],
  ])('and loads are refused to %s', async (_, headers: Record<string, string>) => {
    for (const [method, path] of [
      ['POST', '/api/actions/flush'],
      ['POST', '/api/load'],
      ['DELETE', '/api/load'],
    ] as const) {
      const answer = await api.request(`http://${headers.Host ?? '127.0.0.1'}${path}`, { method, headers })
      expect([path, answer.status]).toEqual([path, 403])
    }
  })
})

describe('GET /api/entries', () => {
  type Shown = { strategy: string; isNear?: boolean; lease?: unknown; entry?: Record<string, unknown> | null }
  const shownUnder = async (strategy: string, key: string) =>
    (await get<Shown[]>(`/api/entries?key=${encodeURIComponent(key)}`)).find((one) => one.strategy === strategy)!

  it.each(['stampede-lock', 'write-behind', 'tiered', 'naive-lock', 'always-hit'])(
    'shows what %s keeps, and changes nothing',
    async (strategy) => {
      const key = 'post:77'
      expect(await shownUnder(strategy, key)).toMatchObject({ entry: null })
      const post = await (await ask('GET', `/api/posts/77?strategy=${strategy}`)).text()
      for (let times = 0; times < 2; times++) {
        const { entry } = await shownUnder(strategy, key)
        expect(entry).toMatchObject({
          kind: 'value',
          version: 1,
          preview: post.length > 300 ? `${post.slice(0, 300)}…` : post,
          tags: [],
        })
        expect(entry!.freshForMs).toBeGreaterThan(50_000)
      }
    },
  )

  it('shows the tags of a page, and that a write invalidates it', async () => {
    const key = 'posts?limit=5&after=0'
    await ask('GET', '/api/posts?limit=5&strategy=write-through')
    const before = (await shownUnder('write-through', key)).entry!
    expect(before.tags).toMatchObject([{ tag: 'posts', isCurrent: true }])
    await ask('PATCH', '/api/posts/50?strategy=write-through', { title: 'x' })
    expect((await shownUnder('write-through', key)).entry!.tags).toMatchObject([{ tag: 'posts', isCurrent: false }])
  })

  it('shows an absent post, a lease, and what two tiers have in memory', async () => {
    await ask('GET', '/api/posts/5000?strategy=tiered')
    expect(await shownUnder('tiered', 'post:5000')).toMatchObject({ entry: { kind: 'absent' }, lease: null })
    await ask('GET', '/api/posts/5000?strategy=tiered')
    await expect
      .poll(async () => {
        await ask('GET', '/api/posts/5000?strategy=tiered')
        return (await shownUnder('tiered', 'post:5000')).isNear
      })
      .toBe(true)
  })

  it('answers as documented, also for a strategy that keeps nothing; refuses other keys', async () => {
    expect(await check('GET', '/api/entries', await ask('GET', '/api/entries?key=post:1'))).toEqual([])
    expect(await shownUnder('no-cache', 'post:1')).toMatchObject({ entry: null })
    for (const key of ['', 'user:1', 'post:0', 'post:x']) {
      expect((await ask('GET', `/api/entries?key=${key}`)).status).toBe(400)
    }
  })
})
