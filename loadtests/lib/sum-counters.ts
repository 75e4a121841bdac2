import type { Counters } from './api.ts'

/** Adds up all counters except evictions: every process reports those of the shared Redis. */
export function sumCounters(counters: readonly Counters[]): Counters {
  const sum: Counters = {}
  for (const ofOne of counters) {
    for (const [name, value] of Object.entries(ofOne)) {
      sum[name] = name === 'evictions' ? Math.max(sum[name] ?? 0, value) : (sum[name] ?? 0) + value
    }
  }
  return sum
}
