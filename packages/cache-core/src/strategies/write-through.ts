/**
 * Write-through: the write leaves its new value in the cache.
 *
 * The writer first claims the entry's lease, so that no reader can fill an older value over the new one. After the commit it
 * fills under that claim. If another writer or reader intervened, the fill is refused, and the entry is invalidated.
 *
 * Guarantees: no read that begins after the acknowledgement returns an older value; the next reader finds the new one.
 * Costs: two round trips per write, and memory for values that may never be read. Without `value`, or with keys known only after
 * the commit, it invalidates.
 * Source: the claim is this project's own (`docs/decisions/0002-guarded-protocol.md`).
 */
import type { WriteStrategy } from '../ports/strategy.ts'
import { commitChange } from './commit-change.ts'
import { invalidate } from './invalidate.ts'

/**
 * @example
 * ```ts
 * import { cacheAside, createCache, memoryStore, writeThrough } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: cacheAside(), write: writeThrough() })
 * await posts.write({ keys: ['post:42'], value: (post) => post }, () => db.renamePost(42, 'New title')) // the next read hits
 * ```
 */
export function writeThrough(): WriteStrategy {
  return {
    name: 'write-through',
    guarantee: { readAfterWriteOf: 'keys and tags', mayLoseWrites: false },

    async write(change, commit, cache) {
      const { keys, value, entryTags = [] } = change
      if (typeof keys === 'function' || value === undefined) return invalidate().write(change, commit, cache)

      const claims = await cache.claim(keys, entryTags)
      const { result, tags, isChanged } = await commitChange(change, commit, cache)
      if (!isChanged) {
        await cache.release(claims)
        return { result, ack: 'database', isConfirmed: true }
      }
      const filled = claims.map((claim) => cache.fillOrInvalidate(claim, () => value(result, claim.key)))
      const confirmed = await Promise.all([...filled, cache.invalidate([], tags)])
      return { result, ack: 'database', isConfirmed: confirmed.every(Boolean) }
    },
  }
}
