import type { CacheParts } from './cache-parts.ts'
import { encodeEntry } from './entry.ts'
import { CacheError } from './errors.ts'
import type { Epochs } from './ports/store.ts'
import type { Lifetime } from './ports/strategy.ts'

/** The entry of a value just loaded or written, and when it expires. */
export function makeEntry<T>(
  { codec, runtime }: Pick<CacheParts<T>, 'codec' | 'runtime'>,
  { ttlMs, absentTtlMs, jitter }: Lifetime,
  loaded: { key: string; value: T | undefined; loadedAt: number; loadMs: number; epochs: Epochs },
): { entry: Buffer; expiresAt: number } {
  const { key, value, loadedAt, loadMs, epochs } = loaded
  const freshUntil = loadedAt + (value === undefined ? absentTtlMs : ttlMs) * (1 - jitter * runtime.random())
  let payload: Buffer | undefined
  try {
    payload = value === undefined ? undefined : codec.encode(value)
  } catch (cause) {
    const message = `the value of "${key}" can't be encoded; give createCache a codec that can`
    throw new CacheError('ENCODE_FAILED', message, { key, cause })
  }
  return { entry: encodeEntry({ key, payload, loadedAt, freshUntil, loadMs, epochs }), expiresAt: freshUntil }
}
