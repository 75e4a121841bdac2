import { type ApiProcess, createScratchDatabase, freePort, type ScratchDatabase, startRedis } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startApi } from './support/start-api.ts'

let scratch: ScratchDatabase
const started: ApiProcess[] = []
const start = async (env: Record<string, string | undefined>) => {
  const api = await startApi({ DATABASE_URL: scratch.url, ...env })
  started.push(api)
  return api
}

beforeAll(async () => {
  scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
})
afterAll(async () => {
  await Promise.all(started.map((api) => api.kill()))
  await scratch.drop()
})

async function loadsOf(url: string, strategy: string): Promise<number> {
  const stats = (await (await fetch(`${url}/api/stats`)).json()) as { strategies: Record<string, { loads: number }> }
  return stats.strategies[strategy]!.loads
}

describe('the process', () => {
  it('logs the store, how to install Redis, and how to load posts', async () => {
    const api = await start({})
    expect(api.output()).toMatch(/no posts in .*load-posts --count 10000/)
    await expect.poll(() => api.output()).toMatch(/this process's memory.*apt-get install redis-server/)
    const database = createDatabase({ url: scratch.url })
    const schemas = strategyNames.map(schemaName)
    await migrate(database, schemas)
    await loadPosts(database, schemas, { count: 10 })
    await database.close()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('finishes pending requests on %s, even if it is repeated', async (signal) => {
    const api = await start({ REDIS_URL: process.env.TEST_REDIS_URL, ORIGIN_DELAY_MS: '600' })
    expect(api.output()).not.toContain('no posts')
    const answer = fetch(`${api.url}/api/posts/1?strategy=no-cache`)
    await expect.poll(() => loadsOf(api.url, 'no-cache'), { interval: 10 }).toBe(1)
    const signalledAt = performance.now()
    api.child.kill(signal)
    await expect.poll(() => api.output(), { interval: 10 }).toContain('finishing requests in flight')
    api.child.kill('SIGINT')
    api.child.kill('SIGTERM')
    const isAnswered = () =>
      fetch(`${api.url}/healthz`).then(
        () => true,
        () => false,
      )
    await expect.poll(isAnswered, { interval: 10 }).toBe(false)
    expect((await answer).status).toBe(200)
    expect(await (await answer).json()).toMatchObject({ id: 1 })
    expect(await api.ended).toBe(0)
    expect(performance.now() - signalledAt).toBeLessThan(8_000)
  })

  it('accepts one of two concurrent writers that send the same If-Match to two processes', async () => {
    const two = await Promise.all([1, 2].map(() => start({ REDIS_URL: process.env.TEST_REDIS_URL })))
    for (const strategy of ['cache-aside', 'manual-invalidation', 'write-through']) {
      const urls = two.map(({ url }) => `${url}/api/posts/7?strategy=${strategy}`)
      let etag = (await fetch(urls[0]!)).headers.get('ETag')!
      for (let round = 0; round < 20; round++) {
        const headers = { 'Content-Type': 'application/json', 'If-Match': etag }
        const answers = await Promise.all(
          urls.map((url, i) =>
            fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ title: `${round} ${i}` }) }),
          ),
        )
        const [done, refused] = answers.toSorted((a, b) => a.status - b.status)
        expect([done!.status, refused!.status]).toEqual([200, 412])
        expect(await done!.json()).toMatchObject({ version: round + 2 })
        etag = done!.headers.get('ETag')!
        expect(refused!.headers.get('ETag')).toBe(etag)
      }
    }
  })

  it('separates environments on one Redis by REDIS_PREFIX', async () => {
    const environment = (name: string) =>
      start({ REDIS_URL: process.env.TEST_REDIS_URL, REDIS_PREFIX: `${name}-${process.pid}:` })
    const [production, staging] = await Promise.all([environment('production'), environment('staging')])
    const cacheOf = async ({ url }: ApiProcess) =>
      (await fetch(`${url}/api/posts/1?strategy=manual-invalidation`)).headers.get('X-Cache')
    expect([await cacheOf(production), await cacheOf(staging)]).toEqual(['MISS', 'MISS'])
    const everything = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"all":true}' }
    await fetch(`${staging.url}/api/cache/invalidate`, everything)
    expect([await cacheOf(production), await cacheOf(staging)]).toEqual(['HIT', 'MISS'])
  })

  it('starts without its Redis, and uses it once it is reachable', async () => {
    const port = await freePort()
    const api = await start({ REDIS_URL: `redis://127.0.0.1:${port}` })
    const cacheOf = async () => (await fetch(`${api.url}/api/posts/1`)).headers.get('X-Cache')
    expect(await cacheOf()).toBe('BYPASS')
    const ready = await fetch(`${api.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { status: 'degraded', parts: { database: 'up', redis: 'down', outbox: { undelivered: expect.any(Number) } } },
    ])
    const redis = await startRedis({ port })
    await expect.poll(cacheOf, { timeout: 5_000, interval: 50 }).toBe('HIT')
    await redis.stop()
  })

  it('exits with one line for an unusable environment, port or database', async () => {
    const one = await start({})
    const cases: [Record<string, string>, RegExp][] = [
      [{ CACHE_TTL_MS: 'soon' }, /CACHE_TTL_MS is "soon"; allowed: a whole number from 1/],
      [{ PORT: new URL(one.url).port }, /can't listen.*EADDRINUSE/],
      [
        { DATABASE_URL: `postgres://u:geheim@127.0.0.1:${await freePort()}/x` },
        /ended with 1: (?!.*geheim).*ECONNREFUSED/,
      ],
    ]
    for (const [env, line] of cases) {
      const failure = await start(env).then(
        () => 'it started',
        (error: Error) => error.message,
      )
      expect(failure).toMatch(line)
      expect(failure.replace(/^the API ended with 1: /, '').trim()).not.toContain('\n')
    }
  })

  it('serves with several workers, tunes them together, and omits X-Stale-Ms', async () => {
    const api = await start({ WORKERS: '2', REDIS_URL: process.env.TEST_REDIS_URL })
    const post = await fetch(`${api.url}/api/posts/1`)
    expect([post.status, post.headers.get('X-Stale-Ms')]).toEqual([200, null])
    await fetch(`${api.url}/api/strategies/cache-aside`, {
      method: 'PATCH',
      body: '{"ttlMs":4321}',
      headers: { 'Content-Type': 'application/json' },
    })
    const ttl = async () => {
      const answer = await fetch(`${api.url}/api/strategies`, { headers: { Connection: 'close' } })
      const all = (await answer.json()) as { name: string; tuning: { ttlMs?: number } }[]
      return all.find(({ name }) => name === 'cache-aside')!.tuning.ttlMs
    }
    await expect
      .poll(async () => new Set([await ttl(), await ttl(), await ttl(), await ttl()]))
      .toEqual(new Set([4321]))
    api.child.kill('SIGTERM')
    expect(await api.ended, api.output()).toBe(0)
  })
})
