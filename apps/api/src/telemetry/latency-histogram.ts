import type { Histogram as PrometheusHistogram, Registry } from 'prom-client'
import type { Figures } from './figures.ts'
import type { Histogram } from './histogram.ts'
import { outcomes } from './totals.ts'

interface Sample {
  readonly metricName: string
  readonly labels: Record<string, string>
  readonly value: number
}

/**
 * Upper limits in milliseconds, inclusive; a count may include times up to 1/128 above. A quantile is interpolated within its bucket,
 * so the limits are close where answers usually fall: from a hit on an idle machine, 0.03 ms over Redis, to a load on a busy one,
 * below 100 ms. Slower are only faults: a lease ends after 2 s, and a database that hangs is given up after about 12 s.
 */
export const bucketLimitsMs = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 1_000, 10_000] as const

/**
 * Registers the time of reads as a Prometheus histogram, computed from the counters at each scrape. prom-client's own `Histogram`
 * takes only single observations: about 265 ns per read, where counting takes 6 ns.
 */
export function registerLatencyHistogram(
  registry: Registry,
  name: string,
  strategies: readonly string[],
  collect: () => Promise<Figures>,
): void {
  const description = {
    name,
    help: 'How long reads took, from arrival to answer',
    type: 'histogram',
    aggregator: 'sum',
  }
  const metric = {
    ...description,
    async get() {
      const figures = await collect()
      // As for the counters: without a process, a sum would look like a reset.
      if (!figures.isComplete) return { ...description, values: [] }
      const samples = strategies.flatMap((strategy) => {
        const { latency } = figures.totals(strategy)
        return outcomes.flatMap((outcome) => samplesOf(name, { strategy, outcome }, latency[outcome]))
      })
      return { ...description, values: samples }
    },
  }
  // The type has more methods, but a registry calls only `get`.
  registry.registerMetric(metric as unknown as PrometheusHistogram)
}

function samplesOf(name: string, labels: Record<string, string>, inMicroseconds: Histogram): Sample[] {
  const bucket = (le: string, value: number) => ({ metricName: `${name}_bucket`, labels: { ...labels, le }, value })
  return [
    ...bucketLimitsMs.map((limitMs) => bucket(String(limitMs / 1_000), inMicroseconds.countUpTo(limitMs * 1_000))),
    bucket('+Inf', inMicroseconds.count),
    { metricName: `${name}_sum`, labels, value: inMicroseconds.sum / 1_000_000 },
    { metricName: `${name}_count`, labels, value: inMicroseconds.count },
  ]
}
