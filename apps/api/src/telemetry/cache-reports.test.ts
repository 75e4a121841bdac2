import { bytesCodec, createCache, invalidate, memoryStore, staleWhileRevalidate } from 'cache-core'
import { fakeRuntime, settled } from 'cache-core/testing'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { cacheReports } from './cache-reports.ts'
import { Counters } from './counters.ts'

let lines: Record<string, unknown>[]
let counters: Counters
let runtime: ReturnType<typeof fakeRuntime>
let origin: () => Promise<string>
let open: () => { read(key: string): Promise<{ outcome: string }> }

beforeEach(() => {
  lines = []
  counters = new Counters()
  runtime = fakeRuntime()
  origin = async () => 'old'
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const reports = cacheReports('swr', counters, logger, () => runtime.now())
  const store = memoryStore({ runtime })
  open = () => {
    const read = staleWhileRevalidate({ ttlMs: 1_000, staleMs: 1_000_000 })
    const cache = createCache<string>({ store, read, write: invalidate(), runtime, ...reports })
    return { read: (key) => cache.read(key, () => origin()) }
  }
})

const refused = async () => {
  throw new Error('relation "posts" does not exist')
}

async function readAgain(cache: { read(key: string): Promise<{ outcome: string }> }, key = 'post:1') {
  const { outcome } = await cache.read(key)
  await settled()
  return outcome
}

describe('what caches report', () => {
  it('counts refreshes and failed refreshes, including those of a cache that tuning has replaced', async () => {
    const before = open()
    await readAgain(before)
    expect(counters.counts).toMatchObject({ refreshes: 0, failedRefreshes: 0 })
    await runtime.advance(1_500)
    expect(await readAgain(before)).toBe('stale')
    expect(counters.counts).toMatchObject({ refreshes: 1, failedRefreshes: 0 })
    origin = refused
    await runtime.advance(1_500)
    for (const cache of [before, open(), open()]) expect(await readAgain(cache)).toBe('stale')
    expect(counters.counts).toMatchObject({ refreshes: 4, failedRefreshes: 3 })
  })

  it('warns of failed refreshes with key and cause, at most once in 10 s, with the number omitted', async () => {
    const cache = open()
    // Several keys: after a failure, a key is not refreshed for a while.
    const keys = ['post:1', 'post:2', 'post:3', 'post:4', 'post:5']
    for (const key of keys) await readAgain(cache, key)
    origin = refused
    await runtime.advance(1_500)
    for (const key of keys) await readAgain(cache, key)
    expect(lines).toMatchObject([
      { level: 40, strategy: 'swr', key: 'post:1', err: { message: 'relation "posts" does not exist' } },
    ])
    await runtime.advance(9_999)
    await readAgain(cache, 'post:1')
    expect(lines).toHaveLength(1)
    await runtime.advance(1)
    await readAgain(cache, 'post:2')
    expect(lines).toHaveLength(2)
    expect(lines[1]!.msg).toMatch(/readers get the old value; 5 more failed since the last such line$/)
  })

  it("logs the library's warnings", async () => {
    const reports = cacheReports(
      'swr',
      counters,
      pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    )
    const codec = { ...bytesCodec, encode: () => 'no bytes' as never }
    const store = memoryStore()
    const cache = createCache({
      store,
      read: staleWhileRevalidate({ ttlMs: 1_000, staleMs: 1 }),
      write: invalidate(),
      codec,
      ...reports,
    })
    await cache.read('post:1', async () => Buffer.from('x'))
    expect(lines).toMatchObject([
      { level: 40, strategy: 'swr', code: 'VALUE_NOT_KEPT', msg: expect.stringContaining('post:1') },
    ])
  })
})
