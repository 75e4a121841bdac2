/** Entries in the memory of this process, bounded in bytes: the least recently used ones are evicted. */
import { LRUCache } from 'lru-cache'
import { type Lookup, type Memo, NO_EPOCHS } from '../ports/store.ts'
import { askForCollection, giveBack, ownBytes, ownText } from './own-memory.ts'

/** An entry: also its own lookup without tags, and its own memo, so that a hit creates no objects. */
export class Kept implements Lookup, Memo {
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

/** Otherwise each `get` creates its own. */
const GET_OPTIONS = {}
/**
 * An entry's overhead beside its bytes and its key: its slot in the map, its objects, and its separate allocation. Measured with
 * 300 bytes of payload by the growth of the process: 540 on Node 22; 440 on Node 24, plus as much again that V8 reserves.
 */
const OVERHEAD_BYTES = 600
/** Only a garbage collection frees dropped entries that readers received. V8 itself starts one at 64 MiB of them. */
const MAX_DROPPED_BYTES = 16 * 2 ** 20

export class KeptEntries {
  readonly #entries: LRUCache<string, Kept>
  /** While clearing, all entries are left to one collection: freeing each takes 1 µs. */
  #isClearing = false
  #droppedBytes = 0

  /** @param onEvict called with the key of each entry that is evicted. */
  constructor(maxBytes: number, onEvict?: (key: string) => void) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + OVERHEAD_BYTES,
      dispose: ({ bytes, isShared }, key, reason) => {
        if (isShared || this.#isClearing) this.#noteDropped(bytes.length)
        else giveBack(bytes)
        if (reason === 'evict') onEvict?.(key)
      },
    })
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entry of `key`, for a reader. */
  live(key: string, now: number): Kept | undefined {
    const kept = this.#entries.get(key, GET_OPTIONS)
    if (kept === undefined) return undefined
    if (now < kept.expiresAt) {
      kept.isShared = true
      return kept
    }
    this.#entries.delete(key)
    return undefined
  }

  /** The same bytes as `live`, but only for now: they are freed when the entry is dropped. */
  peek(key: string): Buffer | undefined {
    return this.#entries.peek(key)?.bytes
  }

  /**
   * @param isShared whether somebody else may hold `bytes`, too
   * @returns false if it exceeds the limit by itself
   */
  keep(key: string, bytes: Buffer, expiresAt: number, isShared = false): boolean {
    const own = ownBytes(bytes)
    const kept = new Kept(own, expiresAt)
    kept.isShared = isShared && own === bytes
    this.#entries.set(ownText(key), kept)
    return this.#entries.has(key)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  evictOne(): void {
    this.#entries.pop()
  }

  clear(): void {
    this.#isClearing = true
    this.#entries.clear()
    this.#isClearing = false
    this.#noteDropped(0)
  }

  #noteDropped(bytes: number): void {
    this.#droppedBytes += bytes
    if (this.#isClearing || this.#droppedBytes < MAX_DROPPED_BYTES) return
    this.#droppedBytes = 0
    askForCollection()
  }
}
