import type { CacheParts } from './cache-parts.ts'
import { encodeEntry } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Epochs } from './ports/store.ts'
import type { Lifetime } from './ports/strategy.ts'

/** What was loaded or written, and how it is to be kept. */
export interface Loaded<T> {
  readonly key: string
  readonly value: T | undefined
  /** In the store's time. */
  readonly loadedAt: number
  readonly loadMs: number
  readonly epochs: Epochs
  /** Instead of the strategy's, for a value that is there. At most that. */
  readonly ttlMs?: number | undefined
}

export interface MadeEntry {
  readonly entry: Buffer
  /** Until when it is fresh, in the store's time. */
  readonly freshUntil: number
  /** Until when it is kept. */
  readonly expiresAt: number
}

/** @throws CacheError `ENCODE_FAILED` */
export function makeEntry<T>(parts: CacheParts<T>, lifetime: Lifetime, loaded: Loaded<T>): MadeEntry {
  const { codec, runtime, version } = parts
  const { jitter, staleMs, absentTtlMs } = lifetime
  const { key, value, loadedAt, loadMs, epochs, ttlMs = lifetime.ttlMs } = loaded
  const fullTtlMs = value === undefined ? Math.min(absentTtlMs, ttlMs) : ttlMs
  const freshUntil = loadedAt + fullTtlMs * (1 - jitter * runtime.random())
  let payload: Buffer | undefined
  try {
    payload = value === undefined ? undefined : codec.encode(value)
  } catch (cause) {
    const message = `the value of "${key}" can't be encoded; give createCache a codec that can`
    throw new CacheError('ENCODE_FAILED', message, { key, cause })
  }
  const entry = encodeEntry({ key, version, payload, loadedAt, freshUntil, loadMs, epochs })
  return { entry, freshUntil, expiresAt: freshUntil + staleMs }
}
