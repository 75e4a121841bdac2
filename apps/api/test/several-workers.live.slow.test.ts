/** Several processes on one port (`WORKERS`): figures, streams and the page's load are those of all, in whichever process one asks. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { ApiProcess, ScratchDatabase } from 'local-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { scratchPosts } from './support/scratch-posts.ts'
import { startApi } from './support/start-api.ts'
import { next, type StreamEvent } from './support/stream-events.ts'
import { type Connection, connectToEach } from './support/worker-connections.ts'

interface Stats {
  readonly processes: { readonly answered: number; readonly of: number }
  readonly strategies: Record<
    string,
    Record<'reads' | 'hits' | 'loads', number> & { since: string; latencyMs: { all: { count: number } } }
  >
}
interface Load {
  readonly running: { readonly strategies: readonly string[] } | null
  readonly last: { readonly why: string } | null
}
type Streamed = Stats & { readonly strategies: Record<string, { readonly window: { readonly reads: number } }> }
type Described = { readonly name: string; readonly tuning: Record<string, number> }

const BOTH = { answered: 2, of: 2 }
let scratch: ScratchDatabase
let api: ApiProcess
let one: Connection
let other: Connection
let lastId = 0

const connectBoth = async () => {
  ;[one, other] = (await connectToEach(api, 2, ++lastId)) as [Connection, Connection]
}
beforeAll(async () => {
  scratch = await scratchPosts(100)
  const REDIS_PREFIX = `workers-${process.pid}:`
  api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL, REDIS_PREFIX, WORKERS: '2' })
  // Until the second process serves too.
  await vi.waitFor(() => expect(api.output().match(/API on/g)).toHaveLength(2), { timeout: 20_000 })
})
afterAll(async () => {
  await api?.kill()
  await scratch?.drop()
})
// Idle connections are closed by the API, and would then reach another process.
beforeEach(connectBoth)
afterEach(async () => {
  await one.send('DELETE', '/api/load')
  one.close()
  other.close()
})

const stats = async (from: Connection) => (await from.send('GET', '/api/stats')).json<Stats>()
const load = async (from: Connection) => (await from.send('GET', '/api/load')).json<Load>()
const tuning = async (from: Connection, name: string) =>
  (await from.send('GET', '/api/strategies')).json<Described[]>().find((each) => each.name === name)!.tuning

const isStats = ({ event }: StreamEvent) => event === 'stats'
const isMark =
  (what: string) =>
  ({ event, data }: StreamEvent) =>
    event === 'mark' && (data as { what: string }).what === what

/** The processes that serve, without the load's. Linux only. */
const workerPids = () => readFileSync(`/proc/${api.pid}/task/${api.pid}/children`, 'utf8').trim().split(' ').map(Number)

/** 3 reads through one process, 5 through the other. */
async function readEight(strategy: string) {
  for (const [from, times] of [
    [one, 3],
    [other, 5],
  ] as const) {
    for (let n = 0; n < times; n++) await from.send('GET', `/api/posts/1?strategy=${strategy}`)
  }
}

describe('GET /api/stats', () => {
  it('sums the processes, and says so; a reset in one is done in all when it is answered', async () => {
    await one.send('POST', '/api/stats/reset', {})
    await readEight('manual-invalidation')
    for (const from of [one, other]) {
      const counted = { reads: 8, latencyMs: { all: { count: 8 } } }
      await expect
        .poll(() => stats(from))
        .toMatchObject({ processes: BOTH, strategies: { 'manual-invalidation': counted } })
    }
    const differ = async () => !isDeepStrictEqual((await stats(one)).strategies, (await stats(other)).strategies)
    await expect.poll(differ).toBe(false)
    const here = await one.send('GET', '/api/stats')
    const answer = new Response(here.text, { status: here.status, headers: { 'Content-Type': 'application/json' } })
    expect(await openApiCheck(openApiDocument())('GET', '/api/stats', answer)).toEqual([])
    for (const connection of [one, other]) {
      const { text } = await connection.send('GET', '/metrics') // which waits for 2 s
      const reads = [...text.matchAll(/^posts_api_reads_total\{strategy="manual-invalidation",outcome="\w+"\} (\d+)/gm)]
      expect(reads.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(8)
      expect(text).toContain('posts_api_processes{state="answered"} 2')
      expect(text).not.toContain('posts_api_stale_reads_total{')
    }
    await other.send('POST', '/api/stats/reset', {})
    for (const from of [one, other]) {
      await expect.poll(async () => (await stats(from)).strategies['manual-invalidation']!.reads).toBe(0)
    }
  })

  it('is streamed by each process as the same sum, undisturbed by the other stream', async () => {
    await one.send('POST', '/api/stats/reset', {})
    const listening = await connectToEach(api, 2, ++lastId)
    const streams = listening.map((connection) => connection.events())
    await Promise.all(streams.map((events) => next(events, isStats)))
    await readEight('write-through')
    for (const events of streams) {
      let inWindows = 0
      for (let total = 0; total < 8; ) {
        // It reaches 8 only in figures of both.
        const { strategies } = await next<Streamed>(events, isStats)
        const { reads, window } = strategies['write-through']!
        total = reads
        inWindows += window.reads
      }
      expect(inWindows).toBe(8)
    }
    for (const connection of listening) connection.close()
  })

  it.skipIf(process.platform !== 'linux')('says within the bound that a process does not answer', async () => {
    await one.send('POST', '/api/stats/reset', {})
    await readEight('no-cache')
    const [stopped] = workerPids()
    process.kill(stopped!, 'SIGSTOP')
    const asked = [one, other].map(async (connection) => ({ connection, answer: await stats(connection) }))
    try {
      const began = performance.now()
      const { connection, answer } = await Promise.race(asked)
      expect(performance.now() - began).toBeLessThan(1_500)
      expect(answer.processes).toEqual({ answered: 1, of: 2 })
      expect([3, 5]).toContain(answer.strategies['no-cache']!.reads)
      const logged = async () => {
        await stats(connection)
        return api.output()
      }
      // At most one such line in 10 s.
      await expect
        .poll(logged, { timeout: 15_000 })
        .toContain('figures: 1 of 2 processes answered within 500 ms; the others are not included')
      const invalidated = await connection.send('POST', '/api/cache/invalidate', { keys: ['post:1'] })
      expect(invalidated.json()).toMatchObject({ delivered: false })
      // Prometheus would take a smaller sum for a reset.
      const { text } = await connection.send('GET', '/metrics')
      expect(text).toContain('posts_api_processes{state="answered"} 1')
      expect(text).not.toMatch(/^posts_api_(?:reads|loads|read_seconds)\w*\{/m)
    } finally {
      process.kill(stopped!, 'SIGCONT')
    }
    await Promise.all(asked)
    for (const from of [one, other]) {
      await expect.poll(() => stats(from)).toMatchObject({ processes: BOTH, strategies: { 'no-cache': { reads: 8 } } })
    }
  })
})

describe('/api/load', () => {
  const strategies = ['cache-aside', 'no-cache']
  const shape = { strategies, seconds: 60, ratePerSecond: 20, ttlMs: 4_321, originDelayMs: 3 }

  it('is one load for all: state, tuning, marks and its end are the same in each process', async () => {
    const before = await tuning(other, 'cache-aside')
    const [listening, unused] = (await connectToEach(api, 2, ++lastId)) as [Connection, Connection]
    unused.close()
    const events = listening.events()
    await next(events, ({ event }) => event === 'load')
    expect((await one.send('POST', '/api/load', shape)).status).toBe(202)
    expect((await load(one)).running).toMatchObject(shape)
    await expect.poll(() => load(other)).toMatchObject({ running: shape })
    await next(events, isMark('load-started'))
    for (const from of [one, other]) {
      expect(await tuning(from, 'cache-aside')).toMatchObject({ ttlMs: 4_321, originDelayMs: 3 })
      expect((await from.send('POST', '/api/load', {})).status).toBe(409)
    }
    expect((await other.send('POST', '/api/actions/flush', { strategies })).status).toBe(200)
    await next(events, isMark('flush'))
    expect((await other.send('DELETE', '/api/load')).json()).toMatchObject({ running: null, last: { why: 'stopped' } })
    await next(events, isMark('load-ended'))
    await expect.poll(() => load(one)).toMatchObject({ running: null, last: { why: 'stopped' } })
    for (const from of [one, other]) expect(await tuning(from, 'cache-aside')).toEqual(before)
    listening.close()
  })

  it('is started once if two processes are asked at the same time', async () => {
    const answers = await Promise.all([one, other].map((from) => from.send('POST', '/api/load', shape)))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409])
  })

  it('reads each strategy through both processes', async () => {
    await one.send('POST', '/api/actions/cold-start', { strategies: ['always-hit'] })
    // One request at a time, for which a client with one agent would keep one connection.
    const shape = { seconds: 60, posts: 1, ratePerSecond: 20, writeShare: 0, originDelayMs: 0 }
    expect((await one.send('POST', '/api/load', { ...shape, strategies: ['always-hit'] })).status).toBe(202)
    // Each process loads the post into its own memory.
    await expect.poll(async () => (await stats(one)).strategies['always-hit']).toMatchObject({ misses: 2, loads: 2 })
  })
})

it('drops what each process has in its own memory', async () => {
  const id = ++lastId
  const read = async (from: Connection) =>
    (await from.send('GET', `/api/posts/${id}?strategy=always-hit`)).headers['x-cache']
  expect([await read(one), await read(other), await read(one), await read(other)]).toEqual([
    'MISS',
    'MISS',
    'HIT',
    'HIT',
  ])
  await one.send('POST', '/api/actions/flush', { strategies: ['always-hit'] })
  expect([await read(one), await read(other)]).toEqual(['MISS', 'MISS'])
})

describe.skipIf(process.platform !== 'linux')('a process that dies', () => {
  let serving = 2
  const replaceOne = async () => {
    process.kill(workerPids()[0]!, 'SIGKILL')
    serving++
    await expect.poll(() => api.output().match(/API on/g)?.length, { timeout: 20_000 }).toBe(serving)
    await connectBoth()
  }

  it('does not end a load, its replacement knows the load, and it does not look like a reset', async () => {
    await expect.poll(() => stats(one)).toMatchObject({ processes: BOTH })
    const { since } = (await stats(one)).strategies['cache-aside']!
    await one.send('POST', '/api/load', { strategies: ['cache-aside'], seconds: 60, ratePerSecond: 20, ttlMs: 4_321 })
    await replaceOne()
    for (const from of [one, other]) {
      await expect.poll(() => load(from)).toMatchObject({ running: { ttlMs: 4_321 } })
      expect(await tuning(from, 'cache-aside')).toMatchObject({ ttlMs: 4_321 })
      await expect.poll(() => stats(from)).toMatchObject({ processes: BOTH })
      expect((await stats(from)).strategies['cache-aside']).toMatchObject({ since })
    }
  })

  it('is replaced by one that knows the last load', async () => {
    await one.send('POST', '/api/load', { strategies: ['cache-aside'], seconds: 60, ratePerSecond: 20 })
    await one.send('DELETE', '/api/load')
    await replaceOne()
    for (const from of [one, other]) {
      await expect.poll(() => load(from)).toMatchObject({ running: null, last: { why: 'stopped' } })
    }
  })
})
