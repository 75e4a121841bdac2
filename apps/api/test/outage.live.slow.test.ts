/** Redis crashes and returns empty, or hangs and resumes: at 100 reads per second, no request fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { quantilesOf } from 'workload'
import { type TestApi, testApi } from './support/test-api.ts'

const strategy = 'manual-invalidation'
/** A command's deadline is 250 ms; 150 ms are for the rest of the read. */
const UNDER_WAY_MS = 400
/** For a read from Postgres on a busy machine: well below the 250 ms of a read that waits for Redis. */
const ONCE_OPEN_MS = 100
/** The full drill takes 10 s: OUTAGE_MS=10000. */
const AWAY_MS = Number(process.env.OUTAGE_MS ?? 2_000)

interface Read {
  readonly at: number
  /** Without the time in which this process was stalled. */
  readonly ms: number
  readonly status: number
  readonly cache: string | null
}

let redis: PrivateRedis
let api: TestApi
beforeEach(async () => {
  redis = await startRedis()
  api = await testApi({ store: { redisUrl: redis.url } })
})
afterEach(async () => {
  await api.close()
  await redis.kill()
})

const TICK_MS = 5
/** The longest normal interval of a 5 ms timer on an idle machine. */
const LONGEST_TICK_MS = 10

/**
 * Milliseconds in which this process, which runs the API, was able to work. A shared core or a garbage collection stalls it for
 * longer than a tick. That is not waiting for Redis, and deadlines exclude it too (`Deadlines` in cache-core).
 */
function startClock() {
  let ms = 0
  let tickedAt = performance.now()
  const sinceTick = () => Math.min(performance.now() - tickedAt, LONGEST_TICK_MS)
  const timer = setInterval(() => {
    ms += sinceTick()
    tickedAt = performance.now()
  }, TICK_MS)
  return { now: () => ms + sinceTick(), stop: () => clearInterval(timer) }
}

/** Reads posts by id, 100 per second, without waiting for earlier answers. */
function startReading() {
  const clock = startClock()
  const reads: Promise<Read>[] = []
  const read = async (id: number): Promise<Read> => {
    const at = performance.now()
    const begunAt = clock.now()
    const answer = await api.request(`/api/posts/${id}?strategy=${strategy}`)
    await answer.text()
    return { at, ms: clock.now() - begunAt, status: answer.status, cache: answer.headers.get('X-Cache') }
  }
  const timer = setInterval(() => reads.push(read(1 + (reads.length % 20))), 10)
  return async () => {
    clearInterval(timer)
    return Promise.all(reads).finally(clock.stop)
  }
}

async function versionOf(id: number): Promise<number> {
  return ((await (await api.request(`/api/posts/${id}?strategy=${strategy}`)).json()) as { version: number }).version
}

const cacheOf = async () => (await api.request(`/api/posts/2?strategy=${strategy}`)).headers.get('X-Cache')

async function drill(goAway: () => Promise<void>, comeBack: () => Promise<void>): Promise<void> {
  for (let id = 1; id <= 20; id++) await api.request(`/api/posts/${id}?strategy=${strategy}`)
  const stop = startReading()
  await sleep(300)
  await goAway()
  const awayAt = performance.now()
  await expect.poll(cacheOf, { interval: 20 }).toBe('BYPASS')
  const openAt = performance.now() + UNDER_WAY_MS
  const written = await api.send('PATCH', `/api/posts/3?strategy=${strategy}`, { title: 'Written meanwhile' })
  expect(written.status).toBe(200)
  expect(await versionOf(3)).toBe(2)
  await sleep(AWAY_MS - (performance.now() - awayAt))
  const backAt = performance.now()
  await comeBack()
  await expect.poll(cacheOf, { interval: 20, timeout: 5_000 }).toBe('HIT')
  expect(performance.now() - backAt).toBeLessThan(5_000)
  expect(await versionOf(3)).toBe(2)
  await sleep(300)
  const reads = await stop()

  // Late timers skip some reads.
  expect(reads.length).toBeGreaterThan(100)
  expect(reads.filter(({ status }) => status !== 200)).toEqual([])
  expect(Math.max(...reads.map(({ ms }) => ms))).toBeLessThanOrEqual(UNDER_WAY_MS)
  const meanwhile = reads.filter(({ at }) => at > openAt && at < backAt)
  expect(new Set(meanwhile.map(({ cache }) => cache))).toEqual(new Set(['BYPASS']))
  // 98 % of the reads: Postgres itself may stall.
  const quantile = quantilesOf(meanwhile.map(({ ms }) => ms))
  expect(quantile(0.98)).toBeLessThanOrEqual(ONCE_OPEN_MS)
  // A restarted Redis is empty: with late timers, the last read may be the first of its post.
  expect(reads.slice(-5).map(({ cache }) => cache)).toContain('HIT')
  console.log(
    `${reads.length} reads, 0 failed; longest ${Math.max(...reads.map(({ ms }) => ms)).toFixed(0)} ms, ` +
      `while open ${quantile(1).toFixed(1)} ms`,
  )
}

describe('an outage of Redis', { timeout: AWAY_MS + 20_000 }, () => {
  it('no read fails when it is killed and restarted empty on the same port', async () => {
    await drill(
      () => redis.kill(),
      async () => {
        redis = await startRedis({ port: redis.port })
      },
    )
  })

  it('no read fails when it is stopped and continued with its data', async () => {
    await drill(
      async () => void redis.process.kill('SIGSTOP'),
      async () => void redis.process.kill('SIGCONT'),
    )
  })
})
