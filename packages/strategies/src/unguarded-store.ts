/**
 * The kind of store that most libraries have: a fill is a SET, an invalidation a DEL, a lock a SET NX that is never checked again.
 * The same strategies run over it as over the guarded store, which shows the effect of the guard.
 */

import { randomBytes } from 'node:crypto'
import type { Epochs, Store, StoreGuarantee } from 'cache-core'
import { ENTRY_PREFIX, type KeyValue, LOCK_PREFIX } from './key-value.ts'

export interface UnguardedOptions {
  /** One loader at a time, by a lock that ends after `leaseMs`. Default false: all callers may load and fill. */
  readonly lock?: boolean
  /** The processes that share `kv`. Default every process. */
  readonly where?: StoreGuarantee['where']
  /** Default the wall clock. */
  readonly now?: () => number
}

const TAG_TTL_MS = 24 * 60 * 60 * 1_000
/** Range of an entry's identity. */
const IDENTITY = [4, 12] as const

export function unguardedStore(
  kv: KeyValue,
  { lock = false, where = 'every process', now = Date.now }: UnguardedOptions = {},
): Store {
  const entryKey = (key: string) => ENTRY_PREFIX + key
  const lockKey = (key: string) => LOCK_PREFIX + key
  const tagKey = (tag: string) => `t:${tag}`

  const epochsOf = (tags: readonly string[]): Promise<Epochs> =>
    Promise.all(
      tags.map(async (tag) => {
        const made = randomBytes(8)
        const isNew = await kv.setIfAbsent(tagKey(tag), made, TAG_TTL_MS)
        return isNew ? made : ((await kv.get(tagKey(tag))) ?? made)
      }),
    )

  return {
    clock: { earliest: now, latest: now },
    guarantee: { where, readAfterWriteOf: 'none' },

    async get(key, tags) {
      if (tags.length === 0) return { bytes: await kv.get(entryKey(key)), epochs: [] }
      const [bytes, ...epochs] = await Promise.all([kv.get(entryKey(key)), ...tags.map((tag) => kv.get(tagKey(tag)))])
      return { bytes, epochs }
    },

    async acquire(key, { token, leaseMs, seen, tags }) {
      const epochs = tags.length === 0 ? [] : await epochsOf(tags)
      if (!lock) return { kind: 'granted', epochs }
      const locked = await kv.setIfAbsent(lockKey(key), Buffer.from(token), leaseMs)
      // Double-checked, as in those libraries: the value may have arrived while we asked for the lock.
      const bytes = await kv.get(entryKey(key))
      if (bytes !== undefined && !(seen && bytes.subarray(...IDENTITY).equals(seen))) {
        if (locked) await kv.delete(lockKey(key))
        return { kind: 'entry', bytes, epochs }
      }
      return locked ? { kind: 'granted', epochs } : { kind: 'held', endsInMs: leaseMs }
    },

    claim: async (_key, { tags }) => ({ epochs: await epochsOf(tags) }),

    async fill(key, { entry, expiresAt }) {
      await kv.set(entryKey(key), entry, Math.max(1, Math.floor(expiresAt - now())))
      if (lock) await kv.delete(lockKey(key))
      return true
    },

    renew: () => true,

    async release(key) {
      if (lock) await kv.delete(lockKey(key))
    },

    async invalidate(keys, tags) {
      await Promise.all([
        ...keys.map((key) => kv.delete(entryKey(key))),
        ...tags.map((tag) => kv.set(tagKey(tag), randomBytes(8), TAG_TTL_MS)),
      ])
      return true
    },

    async invalidateAll() {
      await kv.clear()
      return true
    },
  }
}
