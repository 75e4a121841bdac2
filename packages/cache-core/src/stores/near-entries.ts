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
  readonly keyMarks: readonly Mark[]
  readonly tagMarks: readonly Mark[]
  /** Later lookups have higher numbers. */
  readonly number: number
}

/**
 * Copies of entries and of tags' epochs, in the memory of this process.
 *
 * A lookup in Redis and a message that the key has changed are on two connections, so either may arrive first. **A value is kept only if
 * the key was not dropped since its lookup began**: the lookup has a mark of the key, and a drop removes that mark.
 */
export class NearEntries {
  readonly #entries: KeptEntries
  readonly #epochs = new LRUCache<string, Buffer>({ maxSize: MAX_TAGS_KEPT, sizeCalculation: () => 1 })
  readonly #keyMarks = new Marks()
  readonly #tagMarks = new Marks()
  #lookups = 0

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

  /** A lookup in Redis begins. To be ended by `forget`. */
  ask(keys: readonly string[], tags: readonly string[]): Attempt {
    return {
      keys,
      tags,
      keyMarks: keys.map((key) => this.#keyMarks.begin(key)),
      tagMarks: tags.map((tag) => this.#tagMarks.begin(tag)),
      number: ++this.#lookups,
    }
  }

  /**
   * It has found these, in the order of its keys.
   *
   * @param keptUntil for how long to keep an entry; `undefined`: not at all
   */
  keep(attempt: Attempt, found: readonly Lookup[], keptUntil: (bytes: Buffer) => number | undefined): void {
    const { keys, tags, keyMarks, tagMarks, number } = attempt
    for (const [i, key] of keys.entries()) {
      const mark = keyMarks[i]!
      if (!this.#keyMarks.mayKeep(key, mark, number)) continue
      const { bytes } = found[i]!
      if (bytes === mark.kept) continue // concurrent lookups share one reply
      mark.kept = bytes
      const until = bytes && keptUntil(bytes)
      if (until !== undefined) this.#entries.keep(key, bytes!, until, true) // also the answer to its reader
    }
    for (const [i, tag] of tags.entries()) {
      if (!this.#tagMarks.mayKeep(tag, tagMarks[i]!, number)) continue
      const epoch = found[0]!.epochs[i]
      if (epoch !== undefined) this.#epochs.set(ownText(tag), ownBytes(epoch))
    }
  }

  /** It has ended, however. */
  forget({ keys, tags, keyMarks, tagMarks }: Attempt): void {
    for (const [i, key] of keys.entries()) this.#keyMarks.end(key, keyMarks[i]!)
    for (const [i, tag] of tags.entries()) this.#tagMarks.end(tag, tagMarks[i]!)
  }

  dropEntry(key: string): void {
    this.#entries.delete(key)
    this.#keyMarks.drop(key)
  }

  dropEpoch(tag: string): void {
    this.#epochs.delete(tag)
    this.#tagMarks.drop(tag)
  }

  clear(): void {
    this.#entries.clear()
    this.#epochs.clear()
    this.#keyMarks.clear()
    this.#tagMarks.clear()
  }
}

/** Shared by the lookups of one name that are under way and between which nothing was dropped. */
export interface Mark {
  underWay: number
  /** The number of the last lookup whose answer was kept, and the bytes of the entry in it. */
  keptOf: number
  kept: Buffer | undefined
}

/** The marks of keys, or of tags. */
class Marks {
  readonly #byName = new Map<string, Mark>()

  begin(name: string): Mark {
    const there = this.#byName.get(name)
    if (there !== undefined) {
      there.underWay++
      return there
    }
    const mark: Mark = { underWay: 1, keptOf: 0, kept: undefined }
    this.#byName.set(name, mark)
    return mark
  }

  /** Whether the name was not dropped since, nor the answer of a later lookup kept. */
  mayKeep(name: string, mark: Mark, number: number): boolean {
    if (this.#byName.get(name) !== mark || number < mark.keptOf) return false
    mark.keptOf = number
    return true
  }

  end(name: string, mark: Mark): void {
    mark.underWay--
    if (mark.underWay === 0 && this.#byName.get(name) === mark) this.#byName.delete(name)
  }

  drop(name: string): void {
    this.#byName.delete(name)
  }

  clear(): void {
    this.#byName.clear()
  }
}
