/** The worker's requirements and its metrics in the API. `worker.live.slow.test.ts` and `worker-process.live.slow.test.ts` test running workers. */
import { Queue } from 'bullmq'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { type PrivateRedis, startRedis } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkQueuePolicy } from '../src/worker/queue-policy.ts'
import { timingOf } from '../src/worker/timing.ts'
import { queuePrefix, readWorkerState, recordJob } from '../src/worker/worker-state.ts'
import { type TestApi, testApi } from './support/test-api.ts'

describe('a Redis for jobs', () => {
  let server: PrivateRedis
  let client: Redis
  beforeAll(async () => {
    server = await startRedis()
    client = new Redis(server.url, redisOptions)
    await new Promise((resolve) => client.once('ready', resolve))
  })
  afterAll(async () => {
    client.disconnect()
    await server.stop()
  })

  it.each(['volatile-lru', 'volatile-ttl', 'noeviction'])('may have the policy %s', async (policy) => {
    await client.config('SET', 'maxmemory-policy', policy)
    await checkQueuePolicy(client)
  })

  it.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])('may not have the policy %s', async (policy) => {
    await client.config('SET', 'maxmemory-policy', policy)
    await expect(checkQueuePolicy(client)).rejects.toThrow(
      `the worker needs a Redis that evicts no jobs: maxmemory-policy volatile-lru, or noeviction; here it is ${policy}`,
    )
  })

  it('is queried by CONFIG if INFO is refused, and rejected if both are', async () => {
    await client.config('SET', 'maxmemory-policy', 'volatile-lru')
    await client.call('ACL', 'SETUSER', 'noinfo', 'on', '>secret', '~*', '+@all', '-info')
    await client.call('ACL', 'SETUSER', 'neither', 'on', '>secret', '~*', '+@all', '-info', '-config')
    const as = async (username: string) => {
      // By default, a client sends INFO itself to check whether the server is loading.
      const user = new Redis(server.url, { ...redisOptions, username, password: 'secret', enableReadyCheck: false })
      await new Promise((resolve) => user.once('ready', resolve))
      return user
    }
    const [noInfo, neither] = [await as('noinfo'), await as('neither')]
    try {
      await checkQueuePolicy(noInfo)
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
      await expect(checkQueuePolicy(noInfo)).rejects.toThrow('here it is allkeys-lru')
      await expect(checkQueuePolicy(neither)).rejects.toThrow('neither INFO nor CONFIG GET')
    } finally {
      noInfo.disconnect()
      neither.disconnect()
    }
  })
})

describe('the timing', () => {
  it('allows three loads per TTL, and a takeover from a killed worker before the TTL ends', () => {
    for (const ttlMs of [5_000, 60_000, 86_400_000]) {
      const { everyMs, lockMs, stalledEveryMs, leaseMs } = timingOf(ttlMs)
      expect(everyMs * 3).toBeGreaterThanOrEqual(ttlMs - 3)
      // Killed just after taking the job: the lock expires, one check marks the job, and the next check takes it.
      expect(everyMs + lockMs + stalledEveryMs + leaseMs).toBeLessThan(ttlMs)
    }
  })
})

describe('/metrics', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ posts: 0 })
  })
  afterAll(() => api.close())
  const workerLines = async () => {
    const text = await (await api.request('/metrics')).text()
    return text.split('\n').filter((line) => line.startsWith('posts_api_worker'))
  }

  it('omits workers that never ran', async () => {
    expect(await workerLines()).toEqual([])
  })

  it("reports the queue's counts and the results of each task's jobs", async () => {
    const connection = new Redis(process.env.TEST_REDIS_URL!, { maxRetriesPerRequest: null, protocol: 2 })
    const queue = new Queue('write-through', { connection, prefix: queuePrefix(api.prefix) })
    try {
      await queue.upsertJobScheduler('list', { every: 60_000 }, { name: 'list' })
      await queue.add('list', {})
      await queue.add('list', {})
      await queue.add('list', {}, { delay: 60_000 })
      const of = { prefix: api.prefix, strategy: 'write-through', task: 'list' } as const
      await recordJob(api.redis!, { ...of, ok: true, at: 1_700_000_000_500 })
      await recordJob(api.redis!, { ...of, ok: false, at: 1_700_000_009_000 })
      const { waiting, active, delayed } = await queue.getJobCounts('waiting', 'active', 'delayed')
      const [state, ...others] = await readWorkerState(api.redis!, api.prefix, api.instances.names)
      expect(others).toEqual([])
      expect(state!.jobs).toEqual({ waiting, active, delayed })
      expect(waiting! + delayed!).toBe(4)
      expect(await workerLines()).toEqual(
        expect.arrayContaining([
          `posts_api_worker_jobs{strategy="write-through",state="waiting"} ${waiting}`,
          'posts_api_worker_jobs_completed_total{strategy="write-through",task="list"} 1',
          'posts_api_worker_jobs_failed_total{strategy="write-through",task="list"} 1',
          'posts_api_worker_jobs_completed_total{strategy="write-through",task="report"} 0',
          'posts_api_worker_last_success_timestamp_seconds{strategy="write-through",task="list"} 1700000000.5',
        ]),
      )
    } finally {
      await queue.close()
      connection.disconnect()
    }
  })

  it('is answered without them while Redis is unreachable', async () => {
    const away = new Redis('redis://127.0.0.1:1', { ...redisOptions, lazyConnect: true })
    await expect(readWorkerState(away, 't:', ['cache-aside'])).rejects.toThrow()
    away.disconnect()
    api.redis!.disconnect()
    const response = await api.request('/metrics')
    expect(response.status).toBe(200)
    expect(await response.text()).not.toMatch(/^posts_api_worker_jobs\{/m)
  })
})
