import type { CacheParts } from './cache-parts.ts'
import { newToken } from './entry.ts'
import { checkText } from './errors.ts'
import { makeEntry } from './make-entry.ts'
import type { Claim, Writer } from './ports/strategy.ts'

/** The entries as a write sees them, over a store. */
export class StoreWriter<T> implements Writer<T> {
  readonly #parts: CacheParts<T>

  constructor(parts: CacheParts<T>) {
    this.#parts = parts
  }

  async claim(key: string, entryTags: readonly string[]): Promise<Claim | undefined> {
    const { store, read } = this.#parts
    if (read.lifetime === undefined) return undefined
    checkText('key', key)
    const token = newToken()
    const claimed = await store.claim(key, { token, leaseMs: read.lifetime.leaseMs, tags: entryTags })
    return claimed && { key, token, epochs: claimed.epochs, takenAt: store.clock.earliest() }
  }

  async fill({ key, token, epochs, takenAt }: Claim, newValue: () => T | undefined): Promise<boolean> {
    const { store, read } = this.#parts
    const value = newValue()
    if (read.lifetime === undefined || value === undefined) return false
    const made = makeEntry(this.#parts, read.lifetime, { key, value, loadedAt: takenAt, loadMs: 0, epochs })
    return store.fill(key, { token, ...made })
  }

  async invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean> {
    for (const key of keys) checkText('key', key)
    for (const tag of tags) checkText('tag', tag)
    return keys.length + tags.length === 0 || this.#parts.store.invalidate(keys, tags)
  }
}
