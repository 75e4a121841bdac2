/** The resources that an API process holds, read from its /metrics before and after the fault. */
import type { ApiProcess } from 'local-servers'
import { until } from './until.ts'

export interface Resources {
  /** Open files and sockets, without database connections: the pool grows and shrinks with the load. */
  readonly fds: number
  /** Node's open handles (sockets, servers), without database connections. */
  readonly handles: number
  /** Callers waiting for a database connection. */
  readonly waiting: number
  /** Used heap after a collection, in MB. */
  readonly heapMb: number
}

/** Allowed growth. The scrape's own socket may still be closing; compiled code and counters grow the heap a little. */
export const TOLERANCE = { fds: 2, handles: 2, waiting: 0, heapMb: 6 } as const satisfies Record<
  keyof Resources,
  number
>

const SETTLED_WITHIN_MS = 8_000

/** Collects garbage in the process, then reads its metrics. @throws without an answer after 5 s */
export async function readResources(api: ApiProcess): Promise<Resources> {
  // The second collection frees what the finalizers of the first released.
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

/** Waits up to 8 s until the resources are back to `before`. @returns the last resources */
export async function untilReleased(api: ApiProcess, before: Resources): Promise<Resources> {
  let last = before
  await until('its resources are released', SETTLED_WITHIN_MS, async () => {
    last = await readResources(api)
    return leaks(before, last).length === 0
  }).catch(() => {})
  return last
}

/** One line for each resource that was not released. */
export function leaks(before: Resources, after: Resources): string[] {
  const names = Object.keys(TOLERANCE) as (keyof Resources)[]
  return names
    .filter((name) => !(after[name] - before[name] <= TOLERANCE[name]))
    .map(
      (name) =>
        `${name} went from ${before[name].toFixed(0)} to ${after[name].toFixed(0)}, allowed +${TOLERANCE[name]}`,
    )
}

/** By name with labels, as in the Prometheus text format. */
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
