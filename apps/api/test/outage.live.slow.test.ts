/** Redis crashes and comes back empty, or hangs and goes on: at 100 reads a second nobody's request fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

const strategy = 'manual-invalidation'
/** A command has 250 ms, and 150 ms are for the rest of it. */
const UNDER_WAY_MS = 400
const ONCE_OPEN_MS = 50
/** The full drill is 10 seconds: OUTAGE_MS=10000. */
const AWAY_MS = Number(process.env.OUTAGE_MS ?? 2_000)

interface Read {
  readonly at: number
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

/** Reads posts by id, 100 a second, whether or not the ones before have been answered. */
function startReading() {
  const reads: Promise<Read>[] = []
  const read = async (id: number): Promise<Read> => {
    const at = performance.now()
    const answer = await api.request(`/api/posts/${id}?strategy=${strategy}`)
    await answer.text()
    return { at, ms: performance.now() - at, status: answer.status, cache: answer.headers.get('X-Cache') }
  }
  const timer = setInterval(() => reads.push(read(1 + (reads.length % 20))), 10)
  return async () => {
    clearInterval(timer)
    return Promise.all(reads)
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

  expect(reads.length).toBeGreaterThan(150)
  expect(reads.filter(({ status }) => status !== 200)).toEqual([])
  expect(Math.max(...reads.map(({ ms }) => ms))).toBeLessThanOrEqual(UNDER_WAY_MS)
  const meanwhile = reads.filter(({ at }) => at > openAt && at < backAt)
  expect(new Set(meanwhile.map(({ cache }) => cache))).toEqual(new Set(['BYPASS']))
  // All but what this machine itself may hold up: a shared core, a collection of garbage.
  const sorted = meanwhile.map(({ ms }) => ms).sort((a, b) => a - b)
  expect(sorted[Math.floor(sorted.length * 0.98)]).toBeLessThanOrEqual(ONCE_OPEN_MS)
  expect(reads.at(-1)!.cache).toBe('HIT')
  console.log(
    `${reads.length} reads, 0 failed; longest ${Math.max(...reads.map(({ ms }) => ms)).toFixed(0)} ms, ` +
      `while open ${sorted.at(-1)!.toFixed(1)} ms`,
  )
}

describe('an outage of Redis', { timeout: AWAY_MS + 20_000 }, () => {
  it('killed, and restarted empty on the same port', async () => {
    await drill(
      () => redis.kill(),
      async () => {
        redis = await startRedis({ port: redis.port })
      },
    )
  })

  it('stopped, and continued with all it had', async () => {
    await drill(
      async () => void redis.process.kill('SIGSTOP'),
      async () => void redis.process.kill('SIGCONT'),
    )
  })
})
