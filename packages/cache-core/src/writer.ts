import { beforeWrite } from './before-write.ts'
import type { CacheParts } from './cache-parts.ts'
import { checkNames, checkText } from './check.ts'
import { loadMsOf, newToken } from './entry.ts'
import { isUnavailable } from './errors.ts'
import { makeEntry, tryMakeEntry } from './make-entry.ts'
import { reportNotKept } from './not-kept.ts'
import type { Before, Claim, Lifetime, Writer } from './ports/strategy.ts'
import type { Backlog } from './ports/write-log.ts'
import { canonicalTags } from './reader.ts'

/** Of entries that only the backlog keeps. */
const NOT_KEPT: Lifetime = { ttlMs: 0, absentTtlMs: 0, staleMs: 0, jitter: 0, leaseMs: 0 }

/** A write's operations on entries, over a store. */
export class StoreWriter<T> implements Writer<T> {
  readonly #parts: CacheParts<T>

  constructor(parts: CacheParts<T>) {
    this.#parts = parts
  }

  async claim(keys: readonly string[], entryTags: readonly string[]): Promise<readonly Claim[]> {
    checkNames('keys', keys)
    const tags = canonicalTags('entryTags', entryTags)
    // No duplicates: the second claim on a key would take the first one's lease.
    return Promise.all([...new Set(keys)].map((key) => this.#claim(key, tags)))
  }

  async fillOrInvalidate(claim: Claim, newValue: () => T | undefined): Promise<boolean> {
    // A failure here must not fail a committed write.
    const isKept = await this.#fill(claim, newValue).catch((error) => {
      if (!isUnavailable(error)) reportNotKept(this.#parts, claim.key, error)
      return false
    })
    return isKept || this.invalidate([claim.key], [])
  }

  async release(claims: readonly Claim[]): Promise<void> {
    const { store } = this.#parts
    // A lease that can't be released expires.
    await Promise.allSettled(claims.map(async ({ key, lease }) => lease && store.release(key, lease.token)))
  }

  /** Claims and fills. False: refused, and the key invalidated. @throws CacheError `ENCODE_FAILED`, with the key invalidated */
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
    checkNames('keys', keys)
    checkNames('tags', tags)
    const { store, stats, on } = this.#parts
    if (keys.length + tags.length === 0) return true
    stats.invalidations += keys.length + tags.length
    const isConfirmed = await store.invalidate(keys, tags)
    on.invalidate?.({ type: 'invalidate', keys, tags, isConfirmed })
    return isConfirmed
  }

  async before(key: string, entryTags: readonly string[], backlog: Backlog, load: () => Promise<T | undefined>) {
    checkText('key', key)
    return beforeWrite(this.#parts, key, canonicalTags('entryTags', entryTags), backlog, load)
  }

  entryAfter({ key, epochs, loadMs, takenAt: loadedAt }: Before<T>, value: T | undefined) {
    const { lifetime } = this.#parts.read
    const made = tryMakeEntry(this.#parts, lifetime ?? NOT_KEPT, { key, value, loadedAt, loadMs, epochs })
    return made && { entry: made.entry, expiresAt: lifetime === undefined ? 0 : made.expiresAt }
  }

  async #claim(key: string, entryTags: readonly string[]): Promise<Claim> {
    const { store, read, version } = this.#parts
    const token = newToken()
    const leaseMs = read.lifetime?.leaseMs
    const claimed = leaseMs === undefined ? undefined : await store.claim(key, { token, leaseMs, tags: entryTags })
    const loadMs = (claimed?.head && loadMsOf(claimed.head, key, version)) ?? 0
    return { key, lease: claimed && { token, epochs: claimed.epochs }, loadMs, takenAt: store.clock.earliest() }
  }

  /** False: refused, or nothing to keep. @throws what `newValue` or the codec throws */
  async #fill({ key, lease, loadMs, takenAt }: Claim, newValue: () => T | undefined, ttlMs?: number): Promise<boolean> {
    const { store, read, stats, on } = this.#parts
    const value = newValue()
    if (read.lifetime === undefined || lease === undefined || value === undefined) return false
    const { token, epochs } = lease
    const made = makeEntry(this.#parts, read.lifetime, { key, value, loadedAt: takenAt, loadMs, epochs, ttlMs })
    const isKept = await store.fill(key, { token, entry: made.entry, expiresAt: made.expiresAt })
    stats[isKept ? 'fills' : 'refusedFills']++
    on.fill?.({ type: 'fill', key, isKept })
    return isKept
  }
}
