/**
 * Invalidate on write: once the transaction has committed, the entries and tags it touched are voided,
 * with the leases of whoever is loading them, and only then is the write acknowledged.
 *
 * Promises: no read that begins after the acknowledgement returns an older value. Costs: one round trip per write,
 * and a miss for the next reader.
 * Source: the delete that voids leases in Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013.
 */
import type { WriteStrategy } from '../ports/strategy.ts'

export function invalidate(): WriteStrategy {
  return {
    name: 'invalidate',
    guarantee: { readAfterWrite: true, mayLoseWrites: false },

    async write({ keys, tags = [], delivered }, commit, cache) {
      let touched = typeof keys === 'function' ? [] : keys
      let whenDone: (() => void) | undefined
      try {
        const result = await commit()
        if (typeof keys === 'function') touched = keys(result)
        whenDone = () => delivered?.(result)
        return result
      } finally {
        // After a failure too: a commit whose answer was lost may have happened.
        if (await cache.invalidate(touched, tags)) whenDone?.()
      }
    },
  }
}
