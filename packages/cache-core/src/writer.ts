import type { Epochs } from './ports/store.ts'
import { type CacheParts, newEntry, newToken } from './slot.ts'

/** A lease that a writer took. */
export interface Claim {
  readonly key: string
  readonly token: string
  readonly epochs: Epochs
  /** Store time before the transaction: the new value's age counts from there. */
  readonly takenAt: number
}

/** The entries as a write sees them: the verbs that write strategies are written in. */
export class Writer<T> {
  readonly #parts: CacheParts<T>

  constructor(parts: CacheParts<T>) {
    this.#parts = parts
  }

  /**
   * Takes the lease on a key, whoever had it. `undefined` when the claim got no answer, or when nothing is ever kept:
   * then there is only invalidating.
   *
   * @param entryTags the tags the entry itself carries.
   */
  async claim(key: string, entryTags: readonly string[]): Promise<Claim | undefined> {
    const { store, read } = this.#parts
    if (read.lifetime === undefined) return undefined
    const token = newToken()
    const claimed = await store.claim(key, { token, leaseMs: read.lifetime.leaseMs, tags: entryTags })
    return claimed && { key, token, epochs: claimed.epochs, takenAt: store.clock.earliest() }
  }

  /** Keeps the new value, if there is one, under a claim. False: refused, since another write or reader came between. */
  async fill({ key, token, epochs, takenAt }: Claim, newValue: () => T | undefined): Promise<boolean> {
    const { store, read } = this.#parts
    const value = newValue()
    if (read.lifetime === undefined || value === undefined) return false
    const made = newEntry(this.#parts, read.lifetime, { key, value, loadedAt: takenAt, loadMs: 0, epochs })
    return store.fill(key, { token, ...made })
  }

  /** Drops entries and leases, and gives each tag a new epoch. */
  async invalidate(keys: readonly string[], tags: readonly string[]): Promise<void> {
    if (keys.length + tags.length > 0) await this.#parts.store.invalidate(keys, tags)
  }
}
