/**
 * The memory store: the guarded protocol inside one process. The embedded default where there is no Redis.
 *
 * Bounded: the least recently used entries are evicted for room. Losing an entry, a lease or an epoch costs a miss,
 * never a wrong answer.
 */
import { LRUCache } from 'lru-cache'
import { identityOf, newEpoch } from '../entry.ts'
import { CacheError, checkCount, checkNumber, swallowing } from '../errors.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Epochs, Store } from '../ports/store.ts'

export interface MemoryStoreOptions {
  /** Room for entries, in bytes. At least 1_024, default 256 MiB. */
  readonly maxBytes?: number
  /**
   * Room for so many entries, those included that have expired and were not asked for since. A whole number of at least 1.
   * Default: only bytes count.
   */
  readonly maxEntries?: number
  /** Called with each key evicted for room. What it throws is swallowed. */
  readonly onEvict?: (key: string) => void
  /** Tells this store of changes made by others: `createOutbox`. Default: nobody tells it. */
  readonly outbox?: InvalidationSource
  /** Default the process's own. Only `now` is used. */
  readonly runtime?: Pick<Runtime, 'now'>
}

interface Kept {
  readonly bytes: Buffer
  readonly expiresAt: number
}

interface Lease {
  readonly token: string
  readonly endsAt: number
}

const CLOSED = 'the store was closed'
/** What an entry takes besides its bytes: map slot, key, objects. */
const OVERHEAD_BYTES = 200
/** Of leases and epochs so many are remembered. Those are keys being loaded just now, and tags. */
const MAX_LEASES = 10_000
const MAX_TAGS_KEPT = 100_000

/** @throws CacheError `BAD_OPTION` */
export function memoryStore(options: MemoryStoreOptions = {}): Required<Store> {
  const now = (options.runtime ?? systemRuntime).now
  const maxEntries = options.maxEntries === undefined ? Infinity : checkCount('maxEntries', options.maxEntries)
  const onEvict = options.onEvict && swallowing(options.onEvict)
  const entries = new LRUCache<string, Kept>({
    maxSize: checkNumber('maxBytes', options.maxBytes ?? 256 * 1024 * 1024, { min: 1_024 }),
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + OVERHEAD_BYTES,
    dispose: (_kept, key, reason) => reason === 'evict' && onEvict?.(key),
  })
  // Not by `max`, which sets room aside: with it, each end of the only lease clears all of that room.
  const leases = new LRUCache<string, Lease>({ maxSize: MAX_LEASES, sizeCalculation: () => 1 })
  const tagEpochs = new LRUCache<string, Buffer>({ max: MAX_TAGS_KEPT })

  const holds = (key: string, token: string) => leases.get(key)?.token === token

  function entryBytes(key: string): Buffer | undefined {
    const kept = entries.get(key)
    if (kept === undefined || now() < kept.expiresAt) return kept?.bytes
    entries.delete(key)
    return undefined
  }

  function epochsOf(tags: readonly string[]): Epochs {
    return tags.map((tag) => {
      const epoch = tagEpochs.get(tag) ?? newEpoch()
      tagEpochs.set(tag, epoch)
      return epoch
    })
  }

  let isClosed = false
  function checkOpen(): void {
    if (isClosed) throw new CacheError('STORE_UNAVAILABLE', CLOSED)
  }

  const store: Required<Store> = {
    clock: { earliest: now, latest: now },
    guarantee: { where: 'this process', readAfterWriteOf: 'keys and tags' },

    get(key, tags) {
      checkOpen()
      return { bytes: entryBytes(key), epochs: tags.map((tag) => tagEpochs.get(tag)) }
    },

    acquire(key, { token, leaseMs, seen, tags }) {
      checkOpen()
      const epochs = epochsOf(tags)
      const bytes = entryBytes(key)
      if (bytes !== undefined && !(seen && identityOf(bytes).equals(seen))) return { kind: 'entry', bytes, epochs }
      const lease = leases.get(key)
      if (lease !== undefined && now() < lease.endsAt) return { kind: 'held', endsInMs: lease.endsAt - now() }
      leases.set(key, { token, endsAt: now() + leaseMs })
      return { kind: 'granted', epochs }
    },

    claim(key, { token, leaseMs, tags }) {
      if (isClosed) return undefined
      leases.set(key, { token, endsAt: now() + leaseMs })
      return { epochs: epochsOf(tags) }
    },

    fill(key, { token, entry, expiresAt }) {
      if (!holds(key, token)) return false
      leases.delete(key)
      if (now() >= expiresAt) return false // dead on arrival: its load outlasted its TTL
      entries.set(key, { bytes: entry, expiresAt })
      while (entries.size > maxEntries) entries.pop()
      return entries.has(key) // not, if it is larger than all the room there is
    },

    renew(key, token, leaseMs) {
      if (!holds(key, token)) return false
      leases.set(key, { token, endsAt: now() + leaseMs })
      return true
    },

    release(key, token) {
      if (holds(key, token)) leases.delete(key)
    },

    invalidate(keys, tags) {
      for (const key of keys) {
        leases.delete(key)
        entries.delete(key)
      }
      for (const tag of tags) tagEpochs.set(tag, newEpoch())
      return !isClosed
    },

    invalidateAll() {
      leases.clear()
      entries.clear()
      return !isClosed
    },

    health: () => (isClosed ? { isUsable: false, reason: CLOSED } : { isUsable: true }),

    async close() {
      isClosed = true
      attachment?.detach()
      leases.clear()
      entries.clear()
    },
  }
  // Nothing to catch up with: it is empty, and this process's own.
  const attachment = options.outbox?.attach({ invalidate: store.invalidate, invalidateAll: store.invalidateAll })
  return store
}
