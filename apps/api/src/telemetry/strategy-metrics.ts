/** The counters of each strategy as Prometheus metrics, over all processes that serve this port. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { Figures } from './figures.ts'
import { registerLatencyHistogram } from './latency-histogram.ts'
import type { StoreServer } from './store-server.ts'
import { type CountName, outcomeCounter, outcomes } from './totals.ts'

export const PREFIX = 'posts_api_'

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

/** @param collect called by each metric of a scrape */
export function strategyMetrics(
  registry: Registry,
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  collect: Collect,
): void {
  processMetrics(registry, collect)
  readMetrics(registry, instances, collect)
  countMetrics(registry, instances, collect)
  evictionMetrics(registry, instances, storeServer, collect)
}

type Collect = () => Promise<Figures>

function processMetrics(registry: Registry, collect: Collect): void {
  new Gauge({
    name: `${PREFIX}processes`,
    help: 'Processes that serve this port (WORKERS): configured, and those that answered with their figures',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { answered, of } = (await collect()).processes ?? { answered: 1, of: 1 }
      this.set({ state: 'configured' }, of)
      this.set({ state: 'answered' }, answered)
    },
  })
}

/**
 * A counter for each strategy, over all processes. If a process does not answer, it has no values: a smaller sum would look like
 * a reset, and then its recovery like reads.
 */
function strategyCounter(
  registry: Registry,
  { name, help, labels = [] }: { name: string; help: string; labels?: readonly string[] },
  collect: Collect,
  show: (counter: Counter, figures: Figures) => void,
): void {
  new Counter({
    name: `${PREFIX}${name}_total`,
    help,
    labelNames: ['strategy', ...labels],
    registers: [registry],
    async collect() {
      const figures = await collect()
      this.reset()
      if (figures.isComplete) show(this, figures)
    },
  })
}

function readMetrics(registry: Registry, { names }: StrategyInstances, collect: Collect): void {
  const reads = { name: 'reads', help: 'Reads answered, by outcome', labels: ['outcome'] }
  strategyCounter(registry, reads, collect, (counter, figures) => {
    for (const strategy of names) {
      const { counts } = figures.totals(strategy)
      for (const outcome of outcomes) counter.inc({ strategy, outcome }, counts[outcomeCounter[outcome]])
    }
  })
  registerLatencyHistogram(registry, `${PREFIX}read_seconds`, names, collect)
}

function countMetrics(registry: Registry, { names }: StrategyInstances, collect: Collect): void {
  for (const [count, metric] of Object.entries(COUNTERS)) {
    strategyCounter(registry, metric, collect, (counter, figures) => {
      // No process knows the writes of the others.
      if (count === 'staleReads' && figures.processes !== undefined) return
      for (const strategy of names) counter.inc({ strategy }, figures.totals(strategy).counts[count as CountName])
    })
  }
}

function evictionMetrics(
  registry: Registry,
  instances: StrategyInstances,
  storeServer: StoreServer | undefined,
  collect: Collect,
): void {
  const metric = {
    name: 'evictions',
    help: 'Entries evicted; for Redis and memcached those of the whole server, which every strategy shows',
  }
  strategyCounter(registry, metric, collect, (counter, figures) => {
    for (const instance of instances.all) {
      counter.inc({ strategy: instance.name }, figures.evictionsOf(instance, storeServer))
    }
  })
}
