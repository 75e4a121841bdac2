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

  async claim(keys: readonly string[], entryTags: readonly string[]): Promise<readonly Claim[]> {
    for (const key of keys) checkText('key', key)
    // Once each: of two claims on one key the second takes the first one's lease.
    return Promise.all([...new Set(keys)].map((key) => this.#claim(key, entryTags)))
  }

  async fillOrInvalidate(claim: Claim, newValue: () => T | undefined): Promise<boolean> {
    // Whatever goes wrong here must not fail a write that has been committed.
    const isKept = await this.#fill(claim, newValue).catch(() => false)
    return isKept || this.invalidate([claim.key], [])
  }

  /** Claims and fills. False: refused, and invalidated. @throws CacheError `ENCODE_FAILED`, with the key invalidated */
  async set(key: string, tags: readonly string[], value: T, ttlMs: number | undefined): Promise<boolean> {
    let isKept = false
    try {
      const [claim] = await this.claim([key], tags)
      isKept = await this.#fill(claim!, () => value, ttlMs)
    } finally {
      if (!isKept) await this.invalidate([key], [])
    }
    return isKept
  }

  async invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean> {
    for (const key of keys) checkText('key', key)
    for (const tag of tags) checkText('tag', tag)
    const { store, stats, emit } = this.#parts
    if (keys.length + tags.length === 0) return true
    stats.invalidations += keys.length + tags.length
    const isConfirmed = await store.invalidate(keys, tags)
    emit?.({ type: 'invalidate', keys, tags, isConfirmed })
    return isConfirmed
  }

  async #claim(key: string, entryTags: readonly string[]): Promise<Claim> {
    const { store, read } = this.#parts
    const token = newToken()
    const leaseMs = read.lifetime?.leaseMs
    const claimed = leaseMs === undefined ? undefined : await store.claim(key, { token, leaseMs, tags: entryTags })
    return { key, lease: claimed && { token, epochs: claimed.epochs }, takenAt: store.clock.earliest() }
  }

  /** False: refused, or nothing to keep. @throws what `newValue` or the codec throws */
  async #fill({ key, lease, takenAt }: Claim, newValue: () => T | undefined, ttlMs?: number): Promise<boolean> {
    const { store, read, stats, emit } = this.#parts
    const value = newValue()
    if (read.lifetime === undefined || lease === undefined || value === undefined) return false
    const { token, epochs } = lease
    const made = makeEntry(this.#parts, read.lifetime, { key, value, loadedAt: takenAt, loadMs: 0, epochs, ttlMs })
    const isKept = await store.fill(key, { token, entry: made.entry, expiresAt: made.expiresAt })
    stats[isKept ? 'fills' : 'refusedFills']++
    emit?.({ type: 'fill', key, isKept })
    return isKept
  }
}
