/** One job of the worker, over a real Redis: what it loads, and that two runs of it do not double the work. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { allPosts, authorsReport, PostResource } from '../src/posts/resources.ts'
import type { StrategyInstance } from '../src/strategies/strategy-instance.ts'
import { type KeepWarmOptions, keepWarm } from '../src/worker/keep-warm.ts'
import { tasks } from '../src/worker/tasks.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
let instance: StrategyInstance
beforeAll(async () => {
  api = await testApi()
  instance = api.instances.named('stampede-lock')
})
afterAll(() => api.close())
beforeEach(async () => {
  await instance.invalidateAll()
  instance.counters.reset()
})

function options(dueAt: number, more: Partial<KeepWarmOptions> = {}): KeepWarmOptions {
  return { dueAt, leaseMs: 1_000, giveUpAfterMs: 5_000, signal: new AbortController().signal, ...more }
}
/** Just after all loads so far. */
const dueNow = () => Date.now() + 20
const loads = () => instance.counters.counts.loads
/** The outcome of a read through the API. */
const read = async (path: string) =>
  (await api.request(`/api/${path}?strategy=stampede-lock`)).headers.get('X-Cache') as string

it('refreshes entries loaded before the job fell due, so that readers get no miss', async () => {
  await read('posts')
  expect(await keepWarm(instance, [allPosts, authorsReport], options(dueNow()))).toEqual({
    loaded: 2,
    found: 0,
    skipped: 0,
  })
  expect(loads()).toBe(3)
  expect([await read('posts'), await read('authors')]).toEqual(['HIT', 'HIT'])
})

it('loads once per due time, even if it runs concurrently, or again after its worker was killed', async () => {
  const dueAt = Date.now()
  const both = await Promise.all([
    keepWarm(instance, [authorsReport], options(dueAt)),
    keepWarm(instance, [authorsReport], options(dueAt)),
  ])
  expect(both.map(({ loaded }) => loaded).sort()).toEqual([0, 1])
  expect(await keepWarm(instance, [authorsReport], options(dueAt))).toEqual({ loaded: 0, found: 1, skipped: 0 })
  expect(loads()).toBe(1)
})

it("waits for another process's load, and loads itself if that process dies", async () => {
  await read('authors')
  const key = `${api.prefix}stampede-lock:l:{authors}`
  const endsAt = Date.now() + 300
  await api.redis!.set(key, `${String(endsAt).padStart(16, '0')}${'x'.repeat(16)}`, 'PX', 10_000)
  const done = keepWarm(instance, [authorsReport], options(dueNow()))
  expect(await read('authors')).toBe('HIT')
  expect(await done).toEqual({ loaded: 1, found: 0, skipped: 0 })
  expect(Date.now()).toBeGreaterThanOrEqual(endsAt)
  expect(loads()).toBe(2)
})

it("fails with the load's error, and readers keep the existing entry", async () => {
  await read('authors')
  const broken = new Error('the origin is unavailable')
  const failing = { ...authorsReport, load: () => Promise.reject(broken) }
  await expect(keepWarm(instance, [failing], options(dueNow()))).rejects.toBe(broken)
  expect(await read('authors')).toBe('HIT')
})

it('fails when the loaded value is not kept', async () => {
  const invalidated = Object.assign(new PostResource(1), {
    async load() {
      const loaded = await instance.loadPost(1)
      await instance.cache.invalidate({ keys: ['post:1'] })
      return loaded
    },
  })
  await expect(keepWarm(instance, [invalidated], options(Date.now(), { giveUpAfterMs: 120 }))).rejects.toThrow(
    '"post:1" was not kept within 120 ms',
  )
})

it('starts no more loads once the process ends', async () => {
  const ending = new AbortController()
  const why = new Error('ending')
  const resources = Array.from({ length: 20 }, (_, i) => new PostResource(i + 1))
  const onLoad = () => ending.abort(why)
  await expect(keepWarm(instance, resources, options(Date.now(), { signal: ending.signal, onLoad }))).rejects.toBe(why)
  expect(loads()).toBeLessThanOrEqual(8)
})

it('keeps the most-read posts warm', async () => {
  for (const id of [4, 4, 4, 2, 2, 9]) await read(`posts/${id}`)
  await instance.hottest!.flush()
  const resources = await tasks.hottest(instance)
  expect(resources.map(({ key }) => key)).toEqual(['post:4', 'post:2', 'post:9'])
  expect(await keepWarm(instance, resources, options(dueNow()))).toEqual({ loaded: 3, found: 0, skipped: 0 })
})

it("gives entries the strategy's TTL", async () => {
  await keepWarm(instance, [authorsReport], options(Date.now()))
  const response = await api.request('/api/authors?strategy=stampede-lock')
  const ttl = Number(/ttl=(\d+)/.exec(response.headers.get('Cache-Status')!)![1])
  expect(ttl).toBeGreaterThan(50)
  expect(ttl).toBeLessThanOrEqual(60)
})

it('refuses a strategy that keeps nothing', async () => {
  await expect(keepWarm(api.instances.named('no-cache'), [allPosts], options(0))).rejects.toThrow(
    'no-cache keeps no entries',
  )
})
