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
import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import { type Epochs, type Lookup, type Memo, NO_EPOCHS, type Store } from '../ports/store.ts'
import { askForCollection, giveBack, ownBytes, ownText } from './own-memory.ts'

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

/** An entry: also its own lookup without tags, and its own memo, so that a hit creates no objects. */
class Kept implements Lookup, Memo {
  readonly bytes: Buffer
  readonly expiresAt: number
  readonly epochs = NO_EPOCHS
  readonly memo = this
  decoded: unknown = undefined
  /** A reader has received these bytes, and may hold a view of them for long. */
  isShared = false

  constructor(bytes: Buffer, expiresAt: number) {
    this.bytes = bytes
    this.expiresAt = expiresAt
  }
}

const NOTHING: Lookup = { bytes: undefined, epochs: NO_EPOCHS }

interface Lease {
  readonly token: string
  readonly endsAt: number
}

const CLOSED = 'the store was closed'
/** Otherwise each `get` creates its own. */
const GET_OPTIONS = {}
/**
 * An entry's overhead beside its bytes and its key: its slot in the map, its objects, and its separate allocation. Measured with
 * 300 bytes of payload by the growth of the process: 540 on Node 22; 440 on Node 24, plus as much again that V8 reserves.
 */
const OVERHEAD_BYTES = 600
/** Only a garbage collection frees dropped entries that readers received. V8 itself starts one at 64 MiB of them. */
const MAX_DROPPED_BYTES = 16 * 2 ** 20
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
  /** While clearing, all entries are left to one collection: freeing each takes 1 µs. */
  let isClearing = false
  let droppedBytes = 0
  function drop(bytes: number): void {
    droppedBytes += bytes
    if (isClearing || droppedBytes < MAX_DROPPED_BYTES) return
    droppedBytes = 0
    askForCollection()
  }
  const entries = new LRUCache<string, Kept>({
    maxSize: checkCount('maxBytes', maxBytes, 1_024),
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + OVERHEAD_BYTES,
    dispose({ bytes, isShared }, key, reason) {
      if (isShared || isClearing) drop(bytes.length)
      else giveBack(bytes)
      if (reason === 'evict') onEvict?.(key)
    },
  })
  function clear(): void {
    isClearing = true
    entries.clear()
    isClearing = false
    drop(0)
  }
  // Not `max`, which preallocates: with it, each end of the only lease clears the whole allocation.
  const leases = new LRUCache<string, Lease>({ maxSize: MAX_LEASES, sizeCalculation: () => 1 })
  const tagEpochs = new LRUCache<string, Buffer>({ max: MAX_TAGS_KEPT })

  const holds = (key: string, token: string) => leases.get(key)?.token === token

  function live(key: string): Kept | undefined {
    const kept = entries.get(key, GET_OPTIONS)
    if (kept === undefined) return undefined
    if (now() < kept.expiresAt) {
      kept.isShared = true
      return kept
    }
    entries.delete(key)
    return undefined
  }

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

    isNear: true,

    acquire(key, { token, leaseMs, seen, tags }) {
      checkOpen()
      const epochs = epochsOf(tags)
      const bytes = live(key)?.bytes
      if (bytes !== undefined && !(seen && identityOf(bytes).equals(seen))) return { kind: 'entry', bytes, epochs }
      const lease = leases.get(key)
      if (lease !== undefined && now() < lease.endsAt) return { kind: 'held', endsInMs: lease.endsAt - now() }
      leases.set(key, { token, endsAt: now() + leaseMs })
      return { kind: 'granted', epochs }
    },

    claim(key, { token, leaseMs, tags }) {
      if (isClosed) return undefined
      leases.set(key, { token, endsAt: now() + leaseMs })
      // A copy: the entry's memory is freed when it is replaced.
      const head = entries.peek(key)?.bytes.subarray(0, HEADER_BYTES)
      return { epochs: epochsOf(tags), ...(head && { head: Buffer.from(head) }) }
    },

    fill(key, { token, entry, expiresAt }) {
      if (!holds(key, token)) return false
      leases.delete(key)
      if (now() >= expiresAt) return false // already expired: its load outlasted its TTL
      entries.set(ownText(key), new Kept(ownBytes(entry), expiresAt))
      while (entries.size > maxEntries) entries.pop()
      return entries.has(key) // false if it exceeds the limit by itself
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
      for (const tag of tags) tagEpochs.set(ownText(tag), newEpoch())
      return !isClosed
    },

    invalidateAll() {
      leases.clear()
      clear()
      return !isClosed
    },

    health: () => (isClosed ? { isUsable: false, reason: CLOSED } : { isUsable: true }),

    async close() {
      isClosed = true
      attachment?.detach()
      leases.clear()
      clear()
    },
  }
  // Nothing to catch up with: the store starts empty.
  const attachment = outbox?.attach({ invalidate: store.invalidate, invalidateAll: store.invalidateAll })
  return store
}
