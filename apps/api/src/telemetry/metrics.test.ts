/** Scrapes that overlap: each has all values, once. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { alone } from '../process/processes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { WorkerState } from '../worker/worker-state.ts'
import { FigureCollector } from './figures.ts'
import { createMetrics } from './metrics.ts'

function metricsOf(
  parts: { withOutbox?: unknown[]; withQueue?: unknown[] },
  worker?: () => Promise<readonly WorkerState[]>,
) {
  const instances = { all: [], names: [], withOutbox: [], withQueue: [], ...parts } as unknown as StrategyInstances
  const collector = new FigureCollector(instances, undefined, alone, pino({ level: 'silent' }))
  return createMetrics(instances, undefined, undefined, collector, worker)
}

const samplesOf = (text: string, name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`))

/** The strategies `one` and `other`, whose answers to each question the test gives. */
function gated<T>() {
  const asked = { one: [] as PromiseWithResolvers<T>[], other: [] as PromiseWithResolvers<T>[] }
  const lag = (name: keyof typeof asked) => () => {
    asked[name].push(Promise.withResolvers())
    return asked[name].at(-1)!.promise
  }
  const answer = (name: keyof typeof asked, value: T) => {
    for (const { resolve } of asked[name].splice(0)) resolve(value)
  }
  return { lag, answer }
}
const turns = () => new Promise((resolve) => setImmediate(resolve))

it('count the jobs of workers once', async () => {
  const tasks = [{ task: 'list', completed: 3, failed: 2, succeededAt: 5_000 }] as const
  const jobs = { waiting: 1, active: 0, delayed: 4 }
  const registry = metricsOf({}, async () => [{ strategy: 'one', jobs, tasks }])
  for (const text of await Promise.all([registry.metrics(), registry.metrics()])) {
    const labels = 'strategy="one",task="list"'
    expect(text).toContain(`posts_api_worker_jobs_completed_total{${labels}} 3\n`)
    expect(text).toContain(`posts_api_worker_jobs_failed_total{${labels}} 2\n`)
    expect(text).toContain(`posts_api_worker_last_success_timestamp_seconds{${labels}} 5\n`)
    expect(samplesOf(text, 'posts_api_worker_jobs')).toHaveLength(3)
  }
})

it.each([
  ['outboxes', 'posts_api_outbox_undelivered', { undelivered: 7, lagMs: 1_000 }, 7],
  ['queues', 'posts_api_write_behind_queue_depth', { queued: 7, bytes: 1, oldestMs: 1_000, dead: 0 }, 7],
])('have the lag of all %s, also if another scrape begins while one of them is slow', async (_, name, lag, shown) => {
  const { lag: ask, answer } = gated<typeof lag>()
  const parts = (['one', 'other'] as const).map((strategy) => {
    const source = { lag: ask(strategy) }
    return { name: strategy, outbox: source, queue: { log: source } }
  })
  const registry = metricsOf(name.includes('outbox') ? { withOutbox: parts } : { withQueue: parts })
  const first = registry.metrics()
  answer('one', lag)
  await turns()
  const second = registry.metrics()
  await turns()
  answer('other', lag)
  const expected = ['one', 'other'].map((strategy) => `${name}{strategy="${strategy}"} ${shown}`)
  expect(samplesOf(await first, name)).toEqual(expected)
  answer('one', lag)
  expect(samplesOf(await second, name)).toEqual(expected)
})
