/**
 * Expire only: a write changes the database and not the cache. (Elsewhere: write-around.)
 *
 * Guarantees: a cached value is served until its TTL ends, and no longer. Costs: nothing.
 */
import type { WriteStrategy } from '../ports/strategy.ts'

/**
 * @example
 * ```ts
 * import { cacheAside, createCache, expireOnly, memoryStore } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: cacheAside({ ttlMs: 60_000 }), write: expireOnly() })
 * ```
 */
export function expireOnly(): WriteStrategy {
  return {
    name: 'expire-only',
    guarantee: { readAfterWriteOf: 'none', mayLoseWrites: false },

    async write(_change, commit) {
      return { result: await commit(), ack: 'database', isConfirmed: true }
    },
  }
}
