/**
 * Expire only: a write goes to the database and the cache is left alone. (Elsewhere: write-around.)
 *
 * Guarantees: what was cached stays as it is until its TTL ends, and no longer. Costs: nothing.
 */
import type { WriteStrategy } from '../ports/strategy.ts'

export function expireOnly(): WriteStrategy {
  return {
    name: 'expire-only',
    guarantee: { readAfterWriteOf: 'none', mayLoseWrites: false },

    async write(_change, commit) {
      return { result: await commit(), ack: 'database', isConfirmed: true }
    },
  }
}
