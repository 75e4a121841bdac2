/** What an API process holds on to: read from its own /metrics, once before the fault and once after. */
import type { ApiProcess } from 'local-servers'
import { until } from './until.ts'

export interface Vitals {
  /** Open files and sockets, those to the database apart: its pool grows and shrinks as it is meant to. */
  readonly fds: number
  /** Sockets, servers and the like that Node keeps; those to the database apart. */
  readonly handles: number
  /** Callers in line for a connection to the database. */
  readonly waiting: number
  /** In use after a collection, in MB. */
  readonly heapMb: number
}

/** By so much each may differ from before. A scrape's own socket may still be closing; compiled code and counters grow the heap a little. */
export const TOLERANCE = { fds: 2, handles: 2, waiting: 0, heapMb: 6 } as const satisfies Record<keyof Vitals, number>

const SETTLED_WITHIN_MS = 8_000

/** Collects garbage there, then reads. @throws when it does not answer within 5 s */
export async function readVitals(api: ApiProcess): Promise<Vitals> {
  // The second collection takes what the first one's finalizers let go of.
  process.kill(api.pid, 'SIGWINCH')
  await readMetrics(api.url)
  process.kill(api.pid, 'SIGWINCH')
  const metrics = await readMetrics(api.url)
  const pooled = metrics.get('posts_api_database_connections{state="total"}') ?? Number.NaN
  return {
    fds: (metrics.get('process_open_fds') ?? Number.NaN) - pooled,
    handles: (metrics.get('nodejs_active_handles_total') ?? Number.NaN) - pooled,
    waiting: metrics.get('posts_api_database_connections{state="waiting"}') ?? Number.NaN,
    heapMb: (metrics.get('nodejs_heap_size_used_bytes') ?? Number.NaN) / 1024 / 1024,
  }
}

/** Waits until they are back where they were, for 8 s at most, and answers what they are then. */
export async function settledVitals(api: ApiProcess, before: Vitals): Promise<Vitals> {
  let last = before
  await until('it has let go of all', SETTLED_WITHIN_MS, async () => {
    last = await readVitals(api)
    return whatIsLeft(before, last).length === 0
  }).catch(() => {})
  return last
}

/** What did not go back, one line each. */
export function whatIsLeft(before: Vitals, after: Vitals): string[] {
  const names = Object.keys(TOLERANCE) as (keyof Vitals)[]
  return names
    .filter((name) => !(after[name] - before[name] <= TOLERANCE[name]))
    .map(
      (name) =>
        `${name} went from ${before[name].toFixed(0)} to ${after[name].toFixed(0)}, tolerated +${TOLERANCE[name]}`,
    )
}

/** By name with labels, as Prometheus' text has them. */
export async function readMetrics(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/metrics`, { headers: { Connection: 'close' }, signal: AbortSignal.timeout(5_000) })
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}
