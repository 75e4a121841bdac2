import { LRUCache } from 'lru-cache'
import type { Lookup } from '../ports/store.ts'
import { KeptEntries } from './kept-entries.ts'
import { ownBytes, ownText } from './own-memory.ts'

/** Limit for epochs, of about 300 bytes each. */
const MAX_TAGS_KEPT = 100_000

/** One lookup of keys and tags in Redis. */
export interface Attempt {
  readonly keys: readonly string[]
  readonly tags: readonly string[]
}

/**
 * Copies of entries and of tags' epochs, in the memory of this process.
 *
 * A lookup in Redis and a message that the key has changed are on two connections, so either may arrive first. **A value is kept only if
 * the key was not dropped since its lookup began**: the lookup leaves a mark of its own, and a drop removes the mark too.
 */
export class NearEntries {
  readonly #entries: KeptEntries
  readonly #epochs = new LRUCache<string, Buffer>({ maxSize: MAX_TAGS_KEPT, sizeCalculation: () => 1 })
  /** The last lookup under way for each key and each tag. */
  readonly #keysAsked = new Map<string, Attempt>()
  readonly #tagsAsked = new Map<string, Attempt>()

  constructor(maxBytes: number) {
    this.#entries = new KeptEntries(maxBytes)
  }

  /** The entry and the epochs of all its tags. `undefined`: something is missing. */
  find(key: string, tags: readonly string[], now: number): Lookup | undefined {
    const kept = this.#entries.live(key, now)
    if (kept === undefined || tags.length === 0) return kept
    const epochs: Buffer[] = []
    for (const tag of tags) {
      const epoch = this.#epochs.get(tag)
      if (epoch === undefined) return undefined
      epochs.push(epoch)
    }
    return { bytes: kept.bytes, epochs, memo: kept }
  }

  /** Whether `find` would find it. */
  has(key: string, tags: readonly string[], now: number): boolean {
    if (!this.#entries.has(key, now)) return false
    for (const tag of tags) if (!this.#epochs.has(tag)) return false
    return true
  }

  /** A lookup in Redis begins. */
  ask(keys: readonly string[], tags: readonly string[]): Attempt {
    const attempt = { keys, tags } // a new object: two lookups of the same key must not be taken for each other
    for (const key of keys) this.#keysAsked.set(key, attempt)
    for (const tag of tags) this.#tagsAsked.set(tag, attempt)
    return attempt
  }

  /**
   * It has found these, in the order of its keys.
   *
   * @param keptUntil for how long to keep an entry; `undefined`: not at all
   */
  keep(attempt: Attempt, found: readonly Lookup[], keptUntil: (bytes: Buffer) => number | undefined): void {
    for (const [i, key] of attempt.keys.entries()) {
      if (!end(this.#keysAsked, key, attempt)) continue
      const { bytes } = found[i]!
      const until = bytes && keptUntil(bytes)
      if (until !== undefined) this.#entries.keep(key, bytes!, until, true) // also the answer to its reader
    }
    for (const [i, tag] of attempt.tags.entries()) {
      if (!end(this.#tagsAsked, tag, attempt)) continue
      const epoch = found[0]!.epochs[i]
      if (epoch !== undefined) this.#epochs.set(ownText(tag), ownBytes(epoch))
    }
  }

  /** It has ended, however. */
  forget(attempt: Attempt): void {
    for (const key of attempt.keys) end(this.#keysAsked, key, attempt)
    for (const tag of attempt.tags) end(this.#tagsAsked, tag, attempt)
  }

  dropEntry(key: string): void {
    this.#entries.delete(key)
    this.#keysAsked.delete(key)
  }

  dropEpoch(tag: string): void {
    this.#epochs.delete(tag)
    this.#tagsAsked.delete(tag)
  }

  clear(): void {
    this.#entries.clear()
    this.#epochs.clear()
    this.#keysAsked.clear()
    this.#tagsAsked.clear()
  }
}

/** Removes the attempt's mark. False: it is not there any more. */
function end(asked: Map<string, Attempt>, name: string, attempt: Attempt): boolean {
  return asked.get(name) === attempt && asked.delete(name)
}
