/**
 * Expire only: a write goes to the database and the cache is left alone.
 *
 * Promises: what was cached stays as it is until its TTL ends, and no longer. Costs: nothing.
 */
import type { WriteStrategy } from '../ports/strategy.ts'

export function expireOnly(): WriteStrategy {
  return {
    name: 'expire-only',
    guarantee: { readAfterWrite: false, mayLoseWrites: false },
    write: (_change, commit) => commit(),
  }
}
