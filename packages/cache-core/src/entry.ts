/**
 * The entry: one string, a fixed binary header and the payload's own bytes.
 *
 * | offset | bytes | what                                                     |
 * |  0     | 1     | magic 0xCE                                               |
 * |  1     | 1     | format, 2                                                |
 * |  2     | 1     | flags: 1 = absent (the origin has no such value),        |
 * |        |       | 2 = some of its reader's tags are not carried            |
 * |  3     | 1     | number of tags                                           |
 * |  4     | 8     | identity: random; at this offset in every format         |
 * | 12     | 8     | loaded at (start of the load), store time, ms, double    |
 * | 20     | 8     | fresh until, store time, ms, double                      |
 * | 28     | 4     | load time, ms, float                                     |
 * | 32     | 4     | payload length                                           |
 * | 36     | 4     | check over the 36 bytes before and the entry's name      |
 * | 40     | 8 × n | the tags' epochs as they were before the load; zeros for |
 * |        |       | a tag that is not carried                                |
 * |        |       | payload                                                  |
 *
 * A header, so that a hit hands out a view of the payload: no copy, no parsing. **The payload has no check of its own**,
 * since a hit doesn't read it: a flipped bit in there is found by the codec, or by nobody. The name is the entry's key and the
 * version of its values. It is in the check, so that an entry that was copied or renamed, or that another release of a service
 * wrote, is not taken for this one.
 */
import { pooledRandomBytes } from './pooled-random-bytes.ts'
import type { Epochs, Lookup } from './ports/store.ts'

const MAGIC = 0xce
const FORMAT = 2
const ABSENT = 1
const PARTLY_TAGGED = 2
const HEADER_BYTES = 40
const EPOCH_BYTES = 8
/** Where the identity lies; the Redis scripts read the same range. */
export const IDENTITY_START = 4
export const IDENTITY_END = 12
/** Between key and version in the check: no character's code. */
const KEY_END = 0x10000
/** One byte counts them. */
export const MAX_TAGS = 255

/** An entry read from a store. Its getters read the header in place. */
export class Entry {
  readonly #bytes: Buffer

  private constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /**
   * The entry of `key` in `bytes`, or `undefined` where they hold none: damaged, of another format, key or version of values,
   * or not an entry at all.
   */
  static decode(bytes: Buffer, key: string, version = ''): Entry | undefined {
    if (bytes.length < HEADER_BYTES || bytes[0] !== MAGIC || bytes[1] !== FORMAT) return undefined
    if (bytes.readUInt32LE(36) !== check(bytes, key, version)) return undefined
    if (bytes.length !== HEADER_BYTES + bytes[3]! * EPOCH_BYTES + bytes.readUInt32LE(32)) return undefined
    return new Entry(bytes)
  }

  /** The origin said that there is no such value. */
  get isAbsent(): boolean {
    return (this.#bytes[2]! & ABSENT) !== 0
  }
  /** When the load began, in the store's time. */
  get loadedAt(): number {
    return this.#bytes.readDoubleLE(12)
  }
  /** Until when the value is fresh, in the store's time. */
  get freshUntil(): number {
    return this.#bytes.readDoubleLE(20)
  }
  /** How long the load took, in milliseconds. */
  get loadMs(): number {
    return this.#bytes.readFloatLE(28)
  }
  /** A view of the payload, not a copy. */
  get payload(): Buffer {
    return this.#bytes.subarray(HEADER_BYTES + this.#bytes[3]! * EPOCH_BYTES)
  }

  get #isPartlyTagged(): boolean {
    return (this.#bytes[2]! & PARTLY_TAGGED) !== 0
  }

  /** Whether every tag that it carries still has the epoch it had when this entry was loaded. */
  hasEpochs(epochs: Lookup['epochs']): boolean {
    if (epochs.length !== this.#bytes[3]) return false
    for (let i = 0; i < epochs.length; i++) {
      const start = HEADER_BYTES + i * EPOCH_BYTES
      const epoch = epochs[i]
      if (epoch !== undefined && epoch.compare(this.#bytes, start, start + EPOCH_BYTES) === 0) continue
      if (!this.#isPartlyTagged || NOT_CARRIED.compare(this.#bytes, start, start + EPOCH_BYTES) !== 0) return false
    }
    return true
  }
}

/** What an entry is made of. */
export interface EntryParts {
  /** What it is read by. Not kept in it, but only under this key it decodes. */
  readonly key: string
  /** The version of the values. The same holds. Default the empty one. */
  readonly version?: string
  /** `undefined` makes an absent entry. */
  readonly payload: Buffer | undefined
  readonly loadedAt: number
  readonly freshUntil: number
  readonly loadMs: number
  /** Read before the load; `NOT_CARRIED` for a tag that invalidates other values of the reader's, but not this one. */
  readonly epochs: Epochs
}

/** The bytes of a new entry, under an identity of its own. */
export function encodeEntry(parts: EntryParts): Buffer {
  const { key, version = '', payload, loadedAt, freshUntil, loadMs, epochs } = parts
  const payloadStart = HEADER_BYTES + epochs.length * EPOCH_BYTES
  const bytes = Buffer.allocUnsafe(payloadStart + (payload?.length ?? 0))
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = (payload === undefined ? ABSENT : 0) | (epochs.includes(NOT_CARRIED) ? PARTLY_TAGGED : 0)
  bytes[3] = epochs.length
  pooledRandomBytes(IDENTITY_END - IDENTITY_START).copy(bytes, IDENTITY_START)
  bytes.writeDoubleLE(loadedAt, 12)
  bytes.writeDoubleLE(freshUntil, 20)
  bytes.writeFloatLE(loadMs, 28)
  bytes.writeUInt32LE(payload?.length ?? 0, 32)
  bytes.writeUInt32LE(check(bytes, key, version), 36)
  epochs.forEach((epoch, i) => {
    epoch.copy(bytes, HEADER_BYTES + i * EPOCH_BYTES)
  })
  payload?.copy(bytes, payloadStart)
  return bytes
}

/** The identity of whatever lies under a key, readable as an entry or not. */
export function identityOf(bytes: Buffer): Buffer {
  return bytes.subarray(IDENTITY_START, IDENTITY_END)
}

/** In an entry, in place of the epoch of a tag that it doesn't carry, though its readers give it. */
export const NOT_CARRIED = Buffer.alloc(EPOCH_BYTES)

/** A new epoch for a tag: random, never a counter, so that no two are ever the same. */
export function newEpoch(): Buffer {
  const epoch = Buffer.from(pooledRandomBytes(EPOCH_BYTES))
  epoch[0]! |= 1 // never `NOT_CARRIED`
  return epoch
}

/** Unique per attempt: what a lease is known by. */
export function newToken(): string {
  return pooledRandomBytes(12).toString('base64')
}

/**
 * The hash over header, key and version that a header carries. (Not `zlib.crc32`: it would need the three in one buffer, and
 * a call out of JavaScript on each hit.) Each step is a bijection of what came before, so that no change within one word goes unnoticed,
 * and other changes once in 2^32.
 */
export function check(bytes: Buffer, key: string, version = ''): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < 36; i += 4) {
    hash = Math.imul(hash ^ bytes.readInt32LE(i), 0x9e3779b1)
    hash ^= hash >>> 15 // else the upper bits of two words could cancel each other out
  }
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  if (version !== '') {
    hash = Math.imul(hash ^ KEY_END, 0x01000193)
    for (let i = 0; i < version.length; i++) hash = Math.imul(hash ^ version.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}
