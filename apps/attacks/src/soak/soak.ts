/**
 * Runs a mixed load and checks that memory, handles and open files do not grow: samples `/metrics` and fits a line through the
 * second half. It forces no garbage collection but keeps the heap small. With Node's default size, a collection of the old
 * generation takes place about every 5 minutes, and until then garbage looks like a leak.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startAttackedSystem } from '../start-attacked-system.ts'
import { type LoadOptions, startLoad } from './load.ts'
import { isFlat, type Sample, type Trend, trendOf } from './trend.ts'

const MB = 1024 * 1024
/** In MB. */
const SMALL_HEAP = '--max-semi-space-size=2 --max-old-space-size=96'

interface Watched {
  readonly name: string
  readonly metric: string
  /** A metric to subtract from it. */
  readonly less?: string
  readonly unit: number
  /** Acceptable growth per hour. */
  readonly boundPerHour: number
}

const POOLED = 'posts_api_database_connections{state="total"}'

export const watched: readonly Watched[] = [
  { name: 'RSS, MB', metric: 'process_resident_memory_bytes', unit: MB, boundPerHour: 30 },
  { name: 'heap used, MB', metric: 'nodejs_heap_size_used_bytes', unit: MB, boundPerHour: 15 },
  { name: 'external, MB', metric: 'nodejs_external_memory_bytes', unit: MB, boundPerHour: 15 },
  // Without database connections: the pool grows and shrinks by design.
  { name: 'active handles', metric: 'nodejs_active_handles_total', less: POOLED, unit: 1, boundPerHour: 6 },
  { name: 'open files', metric: 'process_open_fds', less: POOLED, unit: 1, boundPerHour: 6 },
]

export interface SoakOptions extends LoadOptions {
  readonly seconds: number
  readonly sampleMs: number
  /** Called with the values of each sample, in the order of `watched`. */
  readonly onSample?: (values: readonly number[]) => void
}

export interface SoakResult {
  readonly requests: number
  readonly failures: readonly string[]
  readonly rows: readonly (Watched & {
    first: number
    last: number
    lowest: number
    highest: number
    trend: Trend
    flat: boolean
  })[]
}

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const apis = [{ CACHE_TTL_MS: '2000', NODE_OPTIONS: SMALL_HEAP }]
  const system = await startAttackedSystem({ posts: options.posts, apis })
  const url = system.urls[0]!
  try {
    const load = startLoad(url, options)
    const samples = watched.map((): Sample[] => [])
    const endsAt = performance.now() + options.seconds * 1_000
    while (performance.now() < endsAt) {
      await sleep(options.sampleMs)
      const text = await (await fetch(`${url}/metrics`)).text()
      const atMs = performance.now()
      const values = watched.map(
        ({ metric, less, unit }) => (metricIn(metric, text) - (less ? metricIn(less, text) : 0)) / unit,
      )
      for (const [i, value] of values.entries()) samples[i]!.push({ atMs, value })
      options.onSample?.(values)
    }
    await load.stop()
    const rows = watched.map((what, i) => {
      const values = samples[i]!.map(({ value }) => value)
      const trend = trendOf(samples[i]!.slice(Math.floor(values.length / 2)))
      const extremes = { lowest: Math.min(...values), highest: Math.max(...values) }
      return {
        ...what,
        first: values[0]!,
        last: values.at(-1)!,
        ...extremes,
        trend,
        flat: isFlat(trend, what.boundPerHour),
      }
    })
    return { requests: load.requests, failures: [...load.failures, ...system.errors()], rows }
  } finally {
    await system.stop()
  }
}

/** @param metric including its labels, if any */
function metricIn(metric: string, text: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${metric} `))
  if (line === undefined) throw new Error(`/metrics has no ${metric}`)
  return Number(line.slice(metric.length + 1))
}
