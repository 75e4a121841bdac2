/** Warming at the start, as in `main.ts` once the API listens. */
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { warmOnStart } from '../src/posts/warm-on-start.ts'
import { readEnv } from '../src/process/env.ts'
import { startInstances } from '../src/strategies/start-instances.ts'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
let lines: { msg: string; loaded?: number }[]
const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())
beforeEach(() => {
  lines = []
})

const warmed = (strategy: string, count: number, signal = new AbortController().signal) =>
  warmOnStart(api.instances.named(strategy), count, logger, signal)
const outcome = async (path: string) => (await api.request(`/api/${path}?strategy=cache-aside`)).headers.get('X-Cache')

it('warms only list and report if no reads were counted yet, and logs that', async () => {
  await warmed('write-through', 10)
  expect(lines).toEqual([
    expect.objectContaining({
      loaded: 2,
      msg: expect.stringMatching(
        /^warmed write-through in \d+ ms: list, report and no posts, since no reads have been counted yet$/,
      ),
    }),
  ])
})

it('warms the given number of hottest posts', async () => {
  const instance = api.instances.named('cache-aside')
  for (const id of [8, 8, 8, 5, 5, 3]) instance.hottest!.add(id)
  await instance.hottest!.flush()
  await warmed('cache-aside', 2)
  expect(lines).toEqual([
    expect.objectContaining({ loaded: 4, msg: expect.stringMatching(/list, report and the 2 hottest posts$/) }),
  ])
  const paths = ['posts', 'authors', 'posts/8', 'posts/5', 'posts/3']
  expect(await Promise.all(paths.map(outcome))).toEqual(['HIT', 'HIT', 'HIT', 'HIT', 'MISS'])
})

it('warms nothing for a strategy that keeps nothing', async () => {
  await warmed('no-cache', 10)
  expect(lines.map(({ msg }) => msg)).toEqual(['nothing to warm under no-cache, which keeps nothing'])
})

it('logs that the hottest posts are unknown without Redis', async () => {
  const schemaOf = (name: string) => api.instances.named(name).schema
  const { all } = startInstances(readEnv({ DATABASE_URL: 'postgres://nobody' }), api.database, undefined, logger, {
    schemaOf,
  })
  const instance = all.find(({ name }) => name === 'cache-aside')!
  await warmOnStart(instance, 10, logger, new AbortController().signal)
  expect(lines.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/list, report and no posts, since the hottest posts are counted in Redis only$/),
  ])
})

it('logs one line and stops loading when a load fails, and is silent when the process ends', async () => {
  const instance = api.instances.named('stampede-lock')
  const broken = Object.assign(Object.create(instance), { loadAll: () => Promise.reject(new Error('unavailable')) })
  await warmOnStart(broken, 10, logger, new AbortController().signal)
  expect(lines.map(({ msg }) => msg)).toEqual(['stampede-lock was not fully warmed; the rest is loaded on demand'])
  lines = []
  await warmed('manual-invalidation', 10, AbortSignal.abort())
  expect(lines).toEqual([])
  expect(api.instances.named('manual-invalidation').counters.counts.loads).toBe(0)
})
