/**
 * No cache: every read asks the origin. The floor that the others are measured against.
 *
 * Promises: always current. Costs: one load per read.
 */
import type { ReadStrategy } from '../ports/strategy.ts'

export function noCache(): ReadStrategy {
  return {
    name: 'no-cache',
    guarantee: { staleForAtMostMs: 0, loadsPerExpiry: 'one per read' },
    lifetime: undefined,
    judge: () => undefined,
    onMiss: (slot) => slot.load(),
  }
}
