/** The counters of a strategy, summed over API processes. */
import { z } from 'zod'

const COUNTERS = ['reads', 'hits', 'misses', 'bypassed', 'writes', 'loads'] as const
export type ServerCounters = Record<(typeof COUNTERS)[number], number>

const stats = z.object({
  strategies: z.record(z.string(), z.object(Object.fromEntries(COUNTERS.map((name) => [name, z.number()])))),
})

/** @throws if a process does not answer, or does not know the strategy */
export async function serverCounters(urls: readonly string[], strategy: string): Promise<ServerCounters> {
  const sum: ServerCounters = { reads: 0, hits: 0, misses: 0, bypassed: 0, writes: 0, loads: 0 }
  for (const url of urls) {
    const answer = await fetch(new URL('/api/stats', url), { signal: AbortSignal.timeout(10_000) })
    const counted = stats.parse(await answer.json()).strategies[strategy]
    if (counted === undefined) throw new Error(`${url}/api/stats has no strategy ${strategy}`)
    for (const name of COUNTERS) sum[name] += counted[name]!
  }
  return sum
}

export function sinceThen(after: ServerCounters, before: ServerCounters): ServerCounters {
  return Object.fromEntries(COUNTERS.map((name) => [name, after[name] - before[name]])) as ServerCounters
}
