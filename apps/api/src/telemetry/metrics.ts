/** Prometheus metrics, computed from the plain counters at each scrape, at no cost to reads. */
import type { Lag } from 'cache-core/postgres'
import type { PostsDatabase } from 'posts-db'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { type QueueState, queueOf } from '../strategies/flushers.ts'
import { lagOf } from '../strategies/outboxes.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { WorkerState } from '../worker/worker-state.ts'
import { type CountName, outcomeCounter, outcomes } from './counters.ts'
import { registerLatencyHistogram } from './latency-histogram.ts'
import { evictionsOf, type StoreServer } from './store-server.ts'

const PREFIX = 'posts_api_'

/** Counts whose only label is the strategy. */
const COUNTERS: Partial<Record<CountName, { name: string; help: string }>> = {
  failedReads: { name: 'failed_reads', help: 'Reads that got no value because the origin failed' },
  loads: { name: 'loads', help: 'Loads started' },
  fills: { name: 'fills', help: 'Values stored' },
  refusedFills: { name: 'refused_fills', help: 'Values not stored because of a concurrent write or load' },
  refreshes: { name: 'refreshes', help: 'Background refreshes started' },
  failedRefreshes: { name: 'failed_refreshes', help: 'Failed background refreshes: readers got the old value' },
  invalidations: { name: 'invalidations', help: 'Keys and tags invalidated' },
  errors: { name: 'store_errors', help: 'Store commands that failed' },
  storeCalls: { name: 'store_calls', help: 'Operations sent to a store outside this process, about one command each' },
  staleReads: {
    name: 'stale_reads',
    help: 'Reads that returned a value that an acknowledged write of this process had replaced before they began',
  },
  writes: { name: 'writes', help: 'Writes acknowledged' },
}

export function createMetrics(
  instances: StrategyInstances,
  pool: PostsDatabase['pool'] | undefined,
  storeServer: StoreServer | undefined,
  worker?: () => Promise<readonly WorkerState[]>,
): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  readMetrics(registry, instances)
  countMetrics(registry, instances)
  evictionMetrics(registry, instances, storeServer)
  // Before the metrics that query the database: otherwise each scrape would count its own queries as waiting.
  if (pool !== undefined) poolMetrics(registry, pool)
  outboxMetrics(registry, instances)
  queueMetrics(registry, instances)
  if (worker !== undefined) workerMetrics(registry, worker)
  return registry
}

function readMetrics(registry: Registry, instances: StrategyInstances): void {
  new Counter({
    name: `${PREFIX}reads_total`,
    help: 'Reads answered, by outcome',
    labelNames: ['strategy', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { name: strategy, counters } of instances.all) {
        for (const outcome of outcomes) this.inc({ strategy, outcome }, counters.counts[outcomeCounter[outcome]])
      }
    },
  })
  registerLatencyHistogram(registry, `${PREFIX}read_seconds`, instances)
}

function countMetrics(registry: Registry, instances: StrategyInstances): void {
  for (const [count, { name, help }] of Object.entries(COUNTERS)) {
    new Counter({
      name: `${PREFIX}${name}_total`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { name: strategy, counters } of instances.all) {
          this.inc({ strategy }, counters.counts[count as CountName])
        }
      },
    })
  }
}

function evictionMetrics(registry: Registry, instances: StrategyInstances, storeServer: StoreServer | undefined): void {
  new Counter({
    name: `${PREFIX}evictions_total`,
    help: 'Entries evicted; for Redis and memcached those of the whole server, which every strategy shows',
    labelNames: ['strategy'],
    registers: [registry],
    async collect() {
      await storeServer?.refresh()
      this.reset()
      for (const instance of instances.all) this.inc({ strategy: instance.name }, evictionsOf(instance, storeServer))
    },
  })
}

function outboxMetrics(registry: Registry, instances: StrategyInstances): void {
  const gauge = (name: string, help: string, read: (lag: Lag) => number) =>
    new Gauge({
      name: `${PREFIX}outbox_${name}`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      async collect() {
        this.reset()
        const asked = instances.withOutbox.map(async ({ name: strategy, outbox }) =>
          this.set({ strategy }, read(await lagOf(outbox))),
        )
        // If the database is unreachable, the metric has no values.
        await Promise.allSettled(asked)
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
        this.reset()
        const asked = instances.withQueue.map(async ({ name: strategy, queue }) =>
          this.set({ strategy }, read(await queueOf(queue.log))),
        )
        // If Redis is unreachable, the metric has no values.
        await Promise.allSettled(asked)
      },
    })
  gauge('queue_depth', 'Acknowledged writes that the database does not have yet', ({ depth }) => depth)
  gauge('queue_bytes', 'Their size, about', ({ bytes }) => bytes)
  gauge('lag_seconds', 'Age of the oldest of them', ({ lagSeconds }) => lagSeconds)
  gauge('dead_letters', 'Acknowledged writes that the database refused', ({ deadLetters }) => deadLetters)
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
  let underWay: Promise<readonly WorkerState[]> | undefined
  /** Read once per scrape. If Redis is unreachable, these metrics have no values. */
  const states = () => {
    underWay ??= read()
      .catch(() => [])
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
  new Gauge({
    name: `${PREFIX}worker_jobs`,
    help: 'Worker jobs: waiting (due), active, and delayed until they are due or retried',
    labelNames: ['strategy', 'state'],
    registers: [registry],
    async collect() {
      this.reset()
      for (const { strategy, jobs } of await states()) {
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
        this.reset()
        for (const { strategy, tasks } of await states()) {
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
      this.reset()
      for (const { strategy, tasks } of await states()) {
        for (const { task, succeededAt } of tasks) {
          if (succeededAt !== undefined) this.set({ strategy, task }, succeededAt / 1_000)
        }
      }
    },
  })
}
