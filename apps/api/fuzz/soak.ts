/**
 * Mixed load for a while, and whether memory, handles or open files grow: samples of `/metrics`, and a straight line through
 * those of the second half. Nothing is collected by force, but the heap is kept small: with the room that Node takes by itself the
 * collector goes through the old generation once in five minutes or so, and until then garbage looks like a leak.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type LoadOptions, startLoad } from './load.ts'
import { isFlat, type Sample, type Trend, trendOf } from './trend.ts'
import { startWorld } from './world.ts'

const MB = 1024 * 1024
/** In MB. */
const SMALL_HEAP = '--max-semi-space-size=2 --max-old-space-size=96'

interface Watched {
  readonly name: string
  readonly metric: string
  readonly unit: number
  /** Growth that does not matter, per hour. */
  readonly boundPerHour: number
}

/** What is watched. Connections come and go with the pool's idle times; a real leak of one in 1,000 requests would be 1,500 an hour. */
export const watched: readonly Watched[] = [
  { name: 'RSS, MB', metric: 'process_resident_memory_bytes', unit: MB, boundPerHour: 30 },
  { name: 'heap used, MB', metric: 'nodejs_heap_size_used_bytes', unit: MB, boundPerHour: 15 },
  { name: 'external, MB', metric: 'nodejs_external_memory_bytes', unit: MB, boundPerHour: 15 },
  { name: 'active handles', metric: 'nodejs_active_handles_total', unit: 1, boundPerHour: 60 },
  { name: 'open files', metric: 'process_open_fds', unit: 1, boundPerHour: 60 },
]

export interface SoakOptions extends LoadOptions {
  readonly seconds: number
  readonly sampleMs: number
  /** Called with what each sample found, in the order of `watched`. */
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
  const world = await startWorld(options.posts, { CACHE_TTL_MS: '2000', NODE_OPTIONS: SMALL_HEAP })
  try {
    const load = startLoad(world.url, options)
    const samples = watched.map((): Sample[] => [])
    const endsAt = performance.now() + options.seconds * 1_000
    while (performance.now() < endsAt) {
      await sleep(options.sampleMs)
      const text = await (await fetch(`${world.url}/metrics`)).text()
      const atMs = performance.now()
      const values = watched.map(({ metric, unit }) => metricIn(metric, text) / unit)
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
    return { requests: load.requests, failures: [...load.failures, ...world.errors()], rows }
  } finally {
    await world.stop()
  }
}

function metricIn(metric: string, text: string): number {
  return Number(new RegExp(`^${metric}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)![1])
}
