/**
 * No cache: every read loads from the origin. The baseline of the comparison.
 *
 * Guarantees: always current. Costs: one load per read.
 */
import type { UncachedStrategy } from '../ports/strategy.ts'

/**
 * @example
 * ```ts
 * import { createCache, expireOnly, memoryStore, noCache } from 'cache-core'
 *
 * const uncached = createCache({ store: memoryStore(), read: noCache(), write: expireOnly() }) // the same calls, for comparison
 * ```
 */
export function noCache(): UncachedStrategy {
  return {
    name: 'no-cache',
    guarantee: { staleForAtMostMs: 0, loadsPerExpiry: { atMost: 1, per: 'read' } },
    lifetime: undefined,
  }
}
