/** Prometheus metrics, made of the plain counters when somebody scrapes: a read pays nothing for them. */
import type { Lag } from 'cache-core/postgres'
import type { PostsDatabase } from 'posts-db'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { type CountName, outcomeCounter, outcomes } from './counters.ts'
import { lagOf } from './outboxes.ts'
import { type Evictions, evictionsOf } from './redis-evictions.ts'
import type { Runtimes } from './runtimes.ts'

const PREFIX = 'posts_api_'

/** Counts that carry no more than the strategy. */
const COUNTERS: Partial<Record<CountName, { name: string; help: string }>> = {
  failedReads: { name: 'failed_reads', help: 'Reads that got no value, since the origin failed' },
  loads: { name: 'loads', help: 'Reads of the database begun for the cache' },
  fills: { name: 'fills', help: 'Values kept' },
  refusedFills: { name: 'refused_fills', help: 'Values not kept, since a write or another load came between' },
  invalidations: { name: 'invalidations', help: 'Keys and tags voided' },
  errors: { name: 'store_errors', help: 'Store commands that failed' },
  writes: { name: 'writes', help: 'Writes acknowledged' },
}

export function createMetrics(
  runtimes: Runtimes,
  pool: PostsDatabase['pool'] | undefined,
  evictions: Evictions | undefined,
): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  readMetrics(registry, runtimes)
  countMetrics(registry, runtimes)
  evictionMetrics(registry, runtimes, evictions)
  // Before those that ask the database themselves, or each scrape would find its own callers waiting for a connection.
  if (pool !== undefined) poolMetrics(registry, pool)
  outboxMetrics(registry, runtimes)
  return registry
}

function readMetrics(registry: Registry, runtimes: Runtimes): void {
  new Counter({
    name: `${PREFIX}reads_total`,
    help: 'GETs of posts answered, by how',
    labelNames: ['strategy', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { name: strategy, counters } of runtimes.all) {
        for (const outcome of outcomes) this.inc({ strategy, outcome }, counters.counts[outcomeCounter[outcome]])
      }
    },
  })
  new Gauge({
    name: `${PREFIX}read_seconds`,
    help: 'How long reads took since the counters were last reset, by quantile',
    labelNames: ['strategy', 'outcome', 'quantile'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { name: strategy, counters } of runtimes.all) {
        const { latencyMs } = counters.snapshot()
        for (const outcome of outcomes) {
          const { p50, p95, p99 } = latencyMs[outcome]
          for (const [quantile, ms] of [
            ['0.5', p50],
            ['0.95', p95],
            ['0.99', p99],
          ] as const) {
            if (ms !== null) this.set({ strategy, outcome, quantile }, ms / 1_000)
          }
        }
      }
    },
  })
}

function countMetrics(registry: Registry, runtimes: Runtimes): void {
  for (const [count, { name, help }] of Object.entries(COUNTERS)) {
    new Counter({
      name: `${PREFIX}${name}_total`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { name: strategy, counters } of runtimes.all) {
          this.inc({ strategy }, counters.counts[count as CountName])
        }
      },
    })
  }
}

function evictionMetrics(registry: Registry, runtimes: Runtimes, evictions: Evictions | undefined): void {
  new Counter({
    name: `${PREFIX}evictions_total`,
    help: 'Entries evicted for room; on Redis those of the whole server, which every strategy shows',
    labelNames: ['strategy'],
    registers: [registry],
    async collect() {
      await evictions?.refresh()
      this.reset()
      for (const runtime of runtimes.all) this.inc({ strategy: runtime.name }, evictionsOf(runtime, evictions))
    },
  })
}

function outboxMetrics(registry: Registry, runtimes: Runtimes): void {
  const gauge = (name: string, help: string, read: (lag: Lag) => number) =>
    new Gauge({
      name: `${PREFIX}outbox_${name}`,
      help,
      labelNames: ['strategy'],
      registers: [registry],
      async collect() {
        this.reset()
        const asked = runtimes.withOutbox.map(async ({ name: strategy, outbox }) =>
          this.set({ strategy }, read(await lagOf(outbox))),
        )
        // Of a database that is away nothing is known.
        await Promise.allSettled(asked)
      },
    })
  gauge('undelivered', 'Changes whose invalidation nobody has confirmed yet', ({ undelivered }) => undelivered)
  gauge('lag_seconds', 'For how long the oldest of them has been due', ({ lagMs }) => lagMs / 1_000)
}

function poolMetrics(registry: Registry, pool: PostsDatabase['pool']): void {
  const states = {
    total: () => pool.totalCount,
    idle: () => pool.idleCount,
    waiting: () => pool.waitingCount,
  }
  new Gauge({
    name: `${PREFIX}database_connections`,
    help: 'Connections to the database: all, idle, and callers waiting for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(states)) this.set({ state }, count())
    },
  })
}
