/**
 * Write-through: the write leaves its new value in the cache.
 *
 * The writer claims the entry's lease first, so that no reader can fill an older value over the new one; it fills under
 * that claim after the commit, and where another writer or reader came between, it invalidates instead.
 *
 * Promises: no read that begins after the acknowledgement returns an older value; the next reader finds the new one.
 * Costs: two round trips per write, and room for values that nobody may read.
 * Source: the claim is this project's own (`docs/decisions/0002-guarded-protocol.md`).
 */
import type { WriteStrategy } from '../ports/strategy.ts'
import { invalidate } from './invalidate.ts'

export function writeThrough(): WriteStrategy {
  return {
    name: 'write-through',
    guarantee: { readAfterWrite: true, mayLoseWrites: false },

    async write(change, commit, cache) {
      const { keys, tags = [], entryTags = [], value, delivered } = change
      const bumpsItself = entryTags.some((tag) => tags.includes(tag))
      if (typeof keys === 'function' || bumpsItself) return invalidate().write(change, commit, cache)

      const claims = await Promise.all(keys.map((key) => cache.claim(key, entryTags)))
      const result = await commit().catch(async (error) => {
        await cache.invalidate(keys, tags)
        throw error
      })

      const newValue = value ?? ((only) => (keys.length === 1 ? (only as never) : undefined))
      const current = keys.map(async (key, i) => {
        const claim = claims[i]
        // Nothing after the commit fails the write: what can't be filled, for whatever reason, is voided.
        const kept = claim !== undefined && (await cache.fill(claim, () => newValue(result, key)).catch(() => false))
        return kept || cache.invalidate([key], [])
      })
      const confirmed = await Promise.all([...current, cache.invalidate([], tags)])
      if (confirmed.every(Boolean)) delivered?.(result)
      return result
    },
  }
}
