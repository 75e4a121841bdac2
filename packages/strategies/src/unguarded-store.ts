/**
 * The kind of store that most libraries have: a fill is a SET, an invalidation a DEL, a lock a SET NX that is never checked again.
 * The same strategies run over it as over the guarded store, which shows the effect of the guard.
 */

import { randomBytes } from 'node:crypto'
import type { Acquired, AcquireRequest, Awaitable, Epochs, Store, StoreGuarantee } from 'cache-core'
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
const NO_EPOCHS: Epochs = []
/** Range of an entry's identity. */
const IDENTITY = [4, 12] as const

export function unguardedStore(
  kv: KeyValue,
  { lock = false, where = 'every process', now = Date.now }: UnguardedOptions = {},
): Store {
  const entryKey = (key: string) => ENTRY_PREFIX + key
  const lockKey = (key: string) => LOCK_PREFIX + key
  const tagKey = (tag: string) => `t:${tag}`

  const epochsOf = (tags: readonly string[]): Awaitable<Epochs> => {
    if (tags.length === 0) return NO_EPOCHS
    return Promise.all(
      tags.map(async (tag) => {
        const made = randomBytes(8)
        const isNew = await kv.setIfAbsent(tagKey(tag), made, TAG_TTL_MS)
        return isNew ? made : ((await kv.get(tagKey(tag))) ?? made)
      }),
    )
  }

  const unlock = (key: string): Awaitable<void> => (lock ? kv.delete(lockKey(key)) : undefined)

  /** Double-checked, as in those libraries: the value may have arrived while we asked for the lock. */
  function lockOrRead(key: string, { token, leaseMs, seen }: AcquireRequest, epochs: Epochs): Awaitable<Acquired> {
    return whenKnown(kv.setIfAbsent(lockKey(key), Buffer.from(token), leaseMs), (locked) =>
      whenKnown(kv.get(entryKey(key)), (bytes): Awaitable<Acquired> => {
        if (bytes !== undefined && !(seen && bytes.subarray(...IDENTITY).equals(seen))) {
          return whenKnown(locked ? unlock(key) : undefined, () => ({ kind: 'entry', bytes, epochs }))
        }
        return locked ? { kind: 'granted', epochs } : { kind: 'held', endsInMs: leaseMs }
      }),
    )
  }

  return {
    clock: { earliest: now, latest: now },
    guarantee: { where, readAfterWriteOf: 'none' },

    get(key, tags) {
      if (tags.length === 0) return whenKnown(kv.get(entryKey(key)), (bytes) => ({ bytes, epochs: NO_EPOCHS }))
      return Promise.all([kv.get(entryKey(key)), ...tags.map((tag) => kv.get(tagKey(tag)))]).then(
        ([bytes, ...epochs]) => ({ bytes, epochs }),
      )
    },

    acquire: (key, request) =>
      whenKnown(epochsOf(request.tags), (epochs) =>
        lock ? lockOrRead(key, request, epochs) : { kind: 'granted', epochs },
      ),

    claim: (_key, { tags }) => whenKnown(epochsOf(tags), (epochs) => ({ epochs })),

    fill(key, { entry, expiresAt }) {
      const ttlMs = Math.max(1, Math.floor(expiresAt - now()))
      return whenKnown(kv.set(entryKey(key), entry, ttlMs), () => whenKnown(unlock(key), () => true))
    },

    renew: () => true,
    release: unlock,

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

/** `next` of the value, without a promise if there is none. */
function whenKnown<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
