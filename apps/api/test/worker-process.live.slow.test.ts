/** One worker process: its end, a database that fails, and what it requires to start. */
import { startRedis } from 'local-servers'
import { createDatabase, schemaName } from 'posts-db'
import { describe, expect, it, onTestFinished } from 'vitest'
import { doneJobs, end, firstOf, servers, workerOn } from './support/running-workers.ts'

describe('a worker', () => {
  it('ends within 10 s of a SIGTERM, after finishing its active job', async () => {
    const { redis, env: addresses } = await servers()
    const worker = workerOn({ ...addresses, ORIGIN_DELAY_MS: '1000' })
    await firstOf([worker], ({ msg, key }) => msg === 'load begins' && key === 'posts')
    const signalledAt = Date.now()
    await end(worker)
    expect(Date.now() - signalledAt).toBeLessThan(10_000)
    expect((await doneJobs(redis)).list).toHaveLength(1)
    expect(worker.words).toEqual([])
  }, 30_000)

  it('retries a job after a Postgres error, and counts it when it is done', async () => {
    const { redis, env: addresses } = await servers()
    const database = createDatabase({ url: addresses.DATABASE_URL })
    onTestFinished(() => database.close())
    const schema = schemaName('cache-aside')
    const worker = workerOn({ ...addresses, CACHE_TTL_MS: '12000' })
    await firstOf([worker], ({ msg, task }) => msg === 'kept warm' && task === 'report')
    await database.pool.query(`ALTER SCHEMA ${schema} RENAME TO away`)
    await firstOf([worker], ({ msg, task }) => msg === 'not kept warm; retrying' && task === 'list')
    await database.pool.query(`ALTER SCHEMA away RENAME TO ${schema}`)
    await firstOf([worker], ({ msg, task, attempt = 0 }) => msg === 'kept warm' && task === 'list' && attempt > 1)
    await end(worker)
    expect((await doneJobs(redis)).failed).toBe(0)
  }, 40_000)

  const DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none'
  it.each([
    ['without REDIS_URL', {}, /^REDIS_URL is not set; the worker needs the API's Redis/],
    [
      'without Redis',
      { REDIS_URL: 'redis://127.0.0.1:1' },
      /^the worker needs Redis, but none answers at 127.0.0.1:1;/,
    ],
    [
      'for no-cache',
      { WORKER_STRATEGIES: 'no-cache' },
      /^WORKER_STRATEGIES is "no-cache", which keeps nothing in Redis/,
    ],
    [
      'for always-hit',
      { WORKER_STRATEGIES: 'always-hit' },
      /^WORKER_STRATEGIES is "always-hit", which keeps nothing in Redis/,
    ],
    [
      'for entries in memcached',
      { CACHE_STORE: 'memcached', MEMCACHED_URL: 'memcached://127.0.0.1:1', REDIS_URL: 'redis://127.0.0.1:1' },
      /^CACHE_STORE is "memcached"; the worker needs entries kept in Redis, .*; allowed: auto, redis$/,
    ],
    ['for entries in memory', { CACHE_STORE: 'memory' }, /^CACHE_STORE is "memory"; the worker needs entries kept in/],
    ['for no-cache by default', { CACHE_STRATEGY: 'no-cache' }, /^CACHE_STRATEGY is "no-cache", which keeps nothing/],
    ['for an unknown name', { WORKER_STRATEGIES: 'cache-aside, nocache' }, /^WORKER_STRATEGIES is .*one of no-cache,/],
  ])('%s prints its requirement in one line, and exits with 1', async (_, env, line) => {
    const worker = workerOn({ DATABASE_URL, ...env })
    expect(await worker.ended).toBe(1)
    expect(worker.words).toEqual([expect.stringMatching(line)])
  })

  it('on a Redis that may evict jobs prints its requirement in one line, and exits with 1', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    onTestFinished(() => redis.stop())
    const worker = workerOn({ DATABASE_URL, REDIS_URL: redis.url })
    expect(await worker.ended).toBe(1)
    expect(worker.words).toEqual([
      expect.stringMatching(/^the worker needs a Redis that evicts no jobs: .*allkeys-lru$/),
    ])
  })
})
