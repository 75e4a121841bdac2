/**
 * The memory store: the guarded protocol inside one process. The embedded default without Redis.
 *
 * Bounded: evicts the least recently used entries. Losing an entry, a lease or an epoch costs a miss, never a wrong answer.
 */
import { LRUCache } from 'lru-cache'
import { checkCount, checkFunction, checkMethods, checkOptions, type OptionNames } from '../check.ts'
import { HEADER_BYTES, identityOf, newEpoch } from '../entry.ts'
import { CacheError, swallowing } from '../errors.ts'
import type { InvalidationSource } from '../ports/invalidation-source.ts'
import { LeaseWaiters } from '../ports/lease-news.ts'
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { type Epochs, type Lookup, NO_EPOCHS, type Store } from '../ports/store.ts'
import { KeptEntries } from './kept-entries.ts'
import { ownText } from './own-memory.ts'

export interface MemoryStoreOptions {
  /**
   * Limit for entries, in bytes: a whole number of at least 1_024, default 256 MiB. Each entry counts its bytes, 2 for each
   * character of its key, and 600 of overhead, about as much as the process grows. Two things come on top: tags (about 30 MB per
   * 100,000), and dropped entries that readers have received, until they are garbage-collected (up to about 24 MiB). Other
   * dropped entries free their memory immediately.
   */
  readonly maxBytes?: number
  /**
   * Maximum number of entries, including expired ones that were not read since. A whole number of at least 1. Default: only
   * `maxBytes` applies.
   */
  readonly maxEntries?: number
  /** Called with each evicted key. Its errors are ignored. */
  readonly onEvict?: (key: string) => void
  /**
   * Reports out-of-band changes to this store: `createOutbox`. One process delivers each row, to its own stores. So with several
   * processes a memory store receives only some changes, and its guarantee stays the same. Default none.
   */
  readonly outbox?: InvalidationSource
  /** Default the process's own. Only `now` is used. */
  readonly runtime?: Pick<Runtime, 'now'>
}

const OPTIONS: OptionNames<MemoryStoreOptions> = {
  maxBytes: true,
  maxEntries: true,
  onEvict: true,
  outbox: true,
  runtime: true,
}

const NOTHING: Lookup = { bytes: undefined, epochs: NO_EPOCHS }

interface Lease {
  readonly token: string
  readonly endsAt: number
}

const CLOSED = 'the store was closed'
/** Limits for leases (keys being loaded) and epochs (tags, about 300 bytes each). */
const MAX_LEASES = 10_000
const MAX_TAGS_KEPT = 100_000

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { memoryStore } from 'cache-core'
 *
 * const store = memoryStore({ maxBytes: 64_000_000 })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Required<Store> {
  checkOptions('memoryStore', options, OPTIONS)
  const { maxBytes = 256 * 1024 * 1024, onEvict: whenEvicted, outbox, runtime = systemRuntime } = options
  checkMethods('runtime', runtime, ['now'], 'give an object with the function now')
  const { now } = runtime
  const maxEntries = options.maxEntries === undefined ? Infinity : checkCount('maxEntries', options.maxEntries)
  if (whenEvicted !== undefined) checkFunction('onEvict', whenEvicted)
  const onEvict = whenEvicted && swallowing(whenEvicted)
  if (outbox !== undefined) checkMethods('outbox', outbox, ['attach'], 'give what createOutbox returns')
  const entries = new KeptEntries(checkCount('maxBytes', maxBytes, 1_024), onEvict)
  // Not `max`, which preallocates: with it, each end of the only lease clears the whole allocation.
  const leases = new LRUCache<string, Lease>({ maxSize: MAX_LEASES, sizeCalculation: () => 1 })
  const tagEpochs = new LRUCache<string, Buffer>({ max: MAX_TAGS_KEPT })
  const waiters = new LeaseWaiters()

  const holds = (key: string, token: string) => leases.get(key)?.token === token

  /** Those who wait continue after the caller, which may keep an entry first. */
  function endLease(key: string): void {
    leases.delete(key)
    waiters.wake(key)
  }

  function endLeases(): void {
    leases.clear()
    waiters.wakeAll()
  }

  const live = (key: string) => entries.live(key, now())

  function lookUp(key: string, tags: readonly string[]): Lookup {
    const kept = live(key)
    if (tags.length === 0) return kept ?? NOTHING
    const epochs = tags.map((tag) => tagEpochs.get(tag))
    return kept === undefined ? { bytes: undefined, epochs } : { bytes: kept.bytes, epochs, memo: kept }
  }

  function epochsOf(tags: readonly string[]): Epochs {
    return tags.map((tag) => {
      const known = tagEpochs.get(tag)
      if (known !== undefined) return known
      const made = newEpoch()
      tagEpochs.set(ownText(tag), made)
      return made
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
      return lookUp(key, tags)
    },

    getMany(keys, tags) {
      checkOpen()
      return keys.map((key) => lookUp(key, tags))
    },

    peek: (key, tags) => (isClosed ? undefined : lookUp(key, tags)),

    acquire(key, { token, leaseMs, seen, tags }) {
      checkOpen()
      const epochs = epochsOf(tags)
      const bytes = live(key)?.bytes
      if (bytes !== undefined && !(seen && identityOf(bytes).equals(seen))) return { kind: 'entry', bytes, epochs }
      const lease = leases.get(key)
      if (lease !== undefined && now() < lease.endsAt) {
        const news = { isExpected: true, listen: (ended: () => void) => waiters.add(key, ended), missed() {} }
        return { kind: 'held', endsInMs: lease.endsAt - now(), news }
      }
      leases.set(key, { token, endsAt: now() + leaseMs })
      return { kind: 'granted', epochs }
    },

    claim(key, { token, leaseMs, tags }) {
      if (isClosed) return undefined
      leases.set(key, { token, endsAt: now() + leaseMs })
      // A copy: the entry's memory is freed when it is replaced.
      const head = entries.peek(key)?.subarray(0, HEADER_BYTES)
      return { epochs: epochsOf(tags), ...(head && { head: Buffer.from(head) }) }
    },

    fill(key, { token, entry, expiresAt }) {
      if (!holds(key, token)) return false
      endLease(key)
      if (now() >= expiresAt) return false // already expired: its load outlasted its TTL
      const isKept = entries.keep(key, entry, expiresAt)
      while (entries.size > maxEntries) entries.evictOne()
      return isKept
    },

    renew(key, token, leaseMs) {
      if (!holds(key, token)) return false
      leases.set(key, { token, endsAt: now() + leaseMs })
      return true
    },

    release(key, token) {
      if (holds(key, token)) endLease(key)
    },

    invalidate(keys, tags) {
      for (const key of keys) {
        endLease(key)
        entries.delete(key)
      }
      for (const tag of tags) tagEpochs.set(ownText(tag), newEpoch())
      return !isClosed
    },

    invalidateAll() {
      endLeases()
      entries.clear()
      return !isClosed
    },

    health: () => (isClosed ? { isUsable: false, reason: CLOSED } : { isUsable: true }),

    async close() {
      isClosed = true
      attachment?.detach()
      endLeases()
      entries.clear()
    },
  }
  // Nothing to catch up with: the store starts empty.
  const attachment = outbox?.attach({ invalidate: store.invalidate, invalidateAll: store.invalidateAll })
  return store
}
