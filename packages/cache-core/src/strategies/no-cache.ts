/**
 * No cache: every read asks the origin. The floor that the others are measured against.
 *
 * Guarantees: always current. Costs: one load per read.
 */
import type { UncachedStrategy } from '../ports/strategy.ts'

export function noCache(): UncachedStrategy {
  return {
    name: 'no-cache',
    guarantee: { staleForAtMostMs: 0, loadsPerExpiry: { atMost: 1, per: 'read' } },
    lifetime: undefined,
  }
}
