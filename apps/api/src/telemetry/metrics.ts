/** Prometheus metrics, computed from the plain counters at each scrape, at no cost to reads. */
import type { Lag } from 'cache-core/postgres'
import type { PostsDatabase } from 'posts-db'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { type QueueState, queueOf } from '../strategies/flushers.ts'
import { lagOf } from '../strategies/outboxes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { WorkerState } from '../worker/worker-state.ts'
import type { FigureCollector } from './figures.ts'
import { shareReads } from './share-reads.ts'
import type { StoreServer } from './store-server.ts'
import { PREFIX, strategyMetrics } from './strategy-metrics.ts'

/** @param collector which all metrics of a scrape share, since they ask at the same time */
export function createMetrics(
  instances: StrategyInstances,
  pool: PostsDatabase['pool'] | undefined,
  storeServer: StoreServer | undefined,
  collector: FigureCollector,
  worker?: () => Promise<readonly WorkerState[]>,
): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  strategyMetrics(registry, instances, storeServer, collector.collect)
  // Before the metrics that query the database: otherwise each scrape would count its own queries as waiting.
  if (pool !== undefined) poolMetrics(registry, pool)
  outboxMetrics(registry, instances)
  queueMetrics(registry, instances)
  if (worker !== undefined) workerMetrics(registry, worker)
  return registry
}

function outboxMetrics(registry: Registry, instances: StrategyInstances): void {
  const gauge = (name: string, help: string, read: (lag: Lag) => number) =>
    new Gauge({
      name: `${PREFIX}outbox_${name}`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      async collect() {
        // If the database is unreachable, the metric has no values.
        const asked = instances.withOutbox.map(async ({ name, outbox }) => [name, read(await lagOf(outbox))] as const)
        setAll(this, await Promise.allSettled(asked))
      },
    })
  gauge('undelivered', 'Changes whose invalidation is not yet confirmed', ({ undelivered }) => undelivered)
  gauge('lag_seconds', 'How long the oldest of them has been due', ({ lagMs }) => lagMs / 1_000)
}

function queueMetrics(registry: Registry, instances: StrategyInstances): void {
  const gauge = (name: string, help: string, read: (state: QueueState) => number) =>
    new Gauge({
      name: `${PREFIX}write_behind_${name}`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      async collect() {
        // If Redis is unreachable, the metric has no values.
        const asked = instances.withQueue.map(
          async ({ name, queue }) => [name, read(await queueOf(queue.log))] as const,
        )
        setAll(this, await Promise.allSettled(asked))
      },
    })
  gauge('queue_depth', 'Acknowledged writes that the database does not have yet', ({ depth }) => depth)
  gauge('queue_bytes', 'Their size, about', ({ bytes }) => bytes)
  gauge('lag_seconds', 'Age of the oldest of them', ({ lagSeconds }) => lagSeconds)
  gauge('dead_letters', 'Acknowledged writes that the database refused', ({ deadLetters }) => deadLetters)
}

/** Without an `await` after the reset: scrapes can overlap, and would drop each other's values. */
function setAll(gauge: Gauge, answers: readonly PromiseSettledResult<readonly [strategy: string, value: number]>[]) {
  gauge.reset()
  for (const answer of answers) {
    if (answer.status === 'rejected') continue
    const [strategy, value] = answer.value
    gauge.set({ strategy }, value)
  }
}

function poolMetrics(registry: Registry, pool: PostsDatabase['pool']): void {
  const states = {
    total: () => pool.totalCount,
    idle: () => pool.idleCount,
    waiting: () => pool.waitingCount,
  }
  new Gauge({
    name: `${PREFIX}database_connections`,
    help: 'Database connections: total, idle, and callers waiting for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(states)) this.set({ state }, count())
    },
  })
}

/** The state of `pnpm worker`, for each strategy that it has ever served. */
function workerMetrics(registry: Registry, read: () => Promise<readonly WorkerState[]>): void {
  // If Redis is unreachable, these metrics have no values. As in `setAll`, each resets only once it has been answered.
  const states = shareReads(() => read().catch(() => []))
  new Gauge({
    name: `${PREFIX}worker_jobs`,
    help: 'Worker jobs: waiting (due), active, and delayed until they are due or retried',
    labelNames: ['strategy', 'state'],
    registers: [registry],
    async collect() {
      const all = await states()
      this.reset()
      for (const { strategy, jobs } of all) {
        for (const [state, count] of Object.entries(jobs)) this.set({ strategy, state }, count)
      }
    },
  })
  for (const ending of ['completed', 'failed'] as const) {
    new Counter({
      name: `${PREFIX}worker_jobs_${ending}_total`,
      help: ending === 'completed' ? 'Jobs done' : 'Jobs whose last attempt failed',
      labelNames: ['strategy', 'task'],
      registers: [registry],
      async collect() {
        const all = await states()
        this.reset()
        for (const { strategy, tasks } of all) {
          for (const { task, [ending]: count } of tasks) this.inc({ strategy, task }, count)
        }
      },
    })
  }
  new Gauge({
    name: `${PREFIX}worker_last_success_timestamp_seconds`,
    help: 'When a job of this task was last done, in seconds since the Unix epoch',
    labelNames: ['strategy', 'task'],
    registers: [registry],
    async collect() {
      const all = await states()
      this.reset()
      for (const { strategy, tasks } of all) {
        for (const { task, succeededAt } of tasks) {
          if (succeededAt !== undefined) this.set({ strategy, task }, succeededAt / 1_000)
        }
      }
    },
  })
}
