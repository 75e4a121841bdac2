/**
 * Invalidate on write: after the commit, the entries and tags it touched are invalidated, and the leases of readers that are
 * loading them are revoked. Only then is the write acknowledged.
 *
 * Guarantees: no read that begins after the acknowledgement returns an older value. Costs: one round trip per write,
 * and a miss for the next reader.
 * Source: the delete that revokes leases in Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013.
 */
import type { WriteStrategy } from '../ports/strategy.ts'
import { commitChange } from './commit-change.ts'

/**
 * @example
 * ```ts
 * import { cacheAside, createCache, invalidate, memoryStore } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: cacheAside(), write: invalidate() })
 * await posts.write({ keys: ['post:42'], tags: ['posts'] }, () => db.renamePost(42, 'New title'))
 * ```
 */
export function invalidate(): WriteStrategy {
  return {
    name: 'invalidate',
    guarantee: { readAfterWriteOf: 'keys and tags', mayLoseWrites: false },

    async write(change, commit, cache) {
      const { result, keys, tags } = await commitChange(change, commit, cache)
      return { result, ack: 'database', isConfirmed: await cache.invalidate(keys, tags) }
    },
  }
}
