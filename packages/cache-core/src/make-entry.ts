import type { CacheParts } from './cache-parts.ts'
import { type Codec, encodeJson, jsonCodec } from './codec.ts'
import { encodeEntry } from './entry.ts'
import { CacheError, messageOf } from './errors.ts'
import { reportNotKept } from './not-kept.ts'
import type { Epochs } from './ports/store.ts'
import type { Lifetime } from './ports/strategy.ts'
import { shown } from './shown.ts'

/** A loaded or written value, and how to keep it. */
export interface Loaded<T> {
  readonly key: string
  readonly value: T | undefined
  /** A moment in the store's time. */
  readonly loadedAt: number
  readonly loadMs: number
  readonly epochs: Epochs
  /** Overrides the strategy's TTL, which is also the maximum. */
  readonly ttlMs?: number | undefined
}

export interface MadeEntry {
  readonly entry: Buffer
  /** The entry is fresh until this moment, in the store's time. */
  readonly freshUntil: number
  /** The entry is kept until this moment, in the store's time. */
  readonly expiresAt: number
}

/** @throws CacheError `ENCODE_FAILED` */
export function makeEntry<T>(parts: EntryMaker<T>, lifetime: Lifetime, loaded: Loaded<T>): MadeEntry {
  const { codec, runtime, version } = parts
  const { jitter, staleMs, absentTtlMs } = lifetime
  const { key, value, loadedAt, loadMs, epochs, ttlMs = lifetime.ttlMs } = loaded
  const fullTtlMs = value === undefined ? Math.min(absentTtlMs, ttlMs) : ttlMs
  const freshUntil = loadedAt + fullTtlMs * (1 - jitter * runtime.random())
  try {
    const payload = value === undefined ? undefined : encode(codec, value)
    const entry = encodeEntry({ key, version, payload, loadedAt, freshUntil, loadMs, epochs })
    return { entry, freshUntil, expiresAt: freshUntil + staleMs }
  } catch (cause) {
    const why = messageOf(cause).replace(/\s+/g, ' ')
    const message = `the value of "${key}" can't be kept: ${why}; give createCache a codec that keeps it, or leave it out`
    throw new CacheError('ENCODE_FAILED', message, { key, cause })
  }
}

/** Like `makeEntry`, but reports a value that can't be kept and returns `undefined`. Readers still get that value. */
export function tryMakeEntry<T>(parts: EntryMaker<T>, lifetime: Lifetime, loaded: Loaded<T>): MadeEntry | undefined {
  try {
    return makeEntry(parts, lifetime, loaded)
  } catch (error) {
    reportNotKept(parts, loaded.key, error)
    return undefined
  }
}

type EntryMaker<T> = Pick<CacheParts<T>, 'codec' | 'runtime' | 'version' | 'on' | 'warnOnce'>

function encode<T>(codec: Codec<T>, value: T): Buffer | string {
  if (codec.encode === jsonCodec.encode) return encodeJson(value)
  const payload: unknown = codec.encode(value)
  if (Buffer.isBuffer(payload)) return payload
  throw new TypeError(`the codec's encode returned ${shown(payload)} instead of a Buffer`)
}
