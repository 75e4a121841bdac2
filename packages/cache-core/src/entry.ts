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
 * With this header, a hit returns a view of the payload: no copy, no parsing. **The payload has no checksum**, since a hit
 * doesn't read it: at best the codec detects a flipped bit. The name is the entry's key and the version of its values. It is in
 * the check, so that an entry that was copied, renamed or written by another release is not mistaken for this one.
 */
import { JSON_MARK } from './codec.ts'
import { pooledRandomBytes } from './pooled-random-bytes.ts'
import type { Epochs, Lookup } from './ports/store.ts'

const MAGIC = 0xce
const FORMAT = 2
const ABSENT = 1
const PARTLY_TAGGED = 2
/** Length of the fixed part of the header, which a claim returns. */
export const HEADER_BYTES = 40
export const EPOCH_BYTES = 8
/** Range of the identity. The Redis scripts read the same range. */
export const IDENTITY_START = 4
export const IDENTITY_END = 12
/** Separates key and version in the check. No character has this code. */
const KEY_END = 0x10000
/** Their count is one byte. */
export const MAX_TAGS = 255

/** An entry read from a store. */
export class Entry {
  /** When the load began, in the store's time. */
  readonly loadedAt: number
  /** Until when the value is fresh, in the store's time. */
  readonly freshUntil: number
  /** How long the load took, in milliseconds. */
  readonly loadMs: number
  readonly #bytes: Buffer

  private constructor(bytes: Buffer, maxTtlMs: number) {
    this.#bytes = bytes
    this.loadedAt = bytes.readDoubleLE(12)
    this.freshUntil = Math.min(bytes.readDoubleLE(20), this.loadedAt + maxTtlMs)
    this.loadMs = bytes.readFloatLE(28)
  }

  /**
   * The entry of `key` in `bytes`, or `undefined` if they are not one: damaged, or of another format, key or version of values.
   *
   * @param maxTtlMs upper bound of its TTL in milliseconds: a cache with a longer TTL may have kept it.
   */
  static decode(bytes: Buffer, key: string, version = '', maxTtlMs = Number.POSITIVE_INFINITY): Entry | undefined {
    if (bytes.length < HEADER_BYTES || bytes[0] !== MAGIC || bytes[1] !== FORMAT) return undefined
    if (bytes.readUInt32LE(36) !== check(bytes, key, version)) return undefined
    if (bytes.length !== HEADER_BYTES + bytes[3]! * EPOCH_BYTES + bytes.readUInt32LE(32)) return undefined
    return new Entry(bytes, maxTtlMs)
  }

  /** The origin has no such value. */
  get isAbsent(): boolean {
    return (this.#bytes[2]! & ABSENT) !== 0
  }
  /** A view of the payload, not a copy. */
  get payload(): Buffer {
    return this.#bytes.subarray(HEADER_BYTES + this.#bytes[3]! * EPOCH_BYTES)
  }

  get #isPartlyTagged(): boolean {
    return (this.#bytes[2]! & PARTLY_TAGGED) !== 0
  }

  /** Whether every tag that it carries still has the epoch it had before this entry was loaded. */
  hasEpochs(epochs: Lookup['epochs']): boolean {
    if (epochs.length !== this.#bytes[3]) return false
    for (let i = 0; i < epochs.length; i++) {
      const start = HEADER_BYTES + i * EPOCH_BYTES
      const epoch = epochs[i]
      if (epoch !== undefined && isEpochAt(this.#bytes, start, epoch)) continue
      if (!this.#isPartlyTagged || !isEpochAt(this.#bytes, start, NOT_CARRIED)) return false
    }
    return true
  }
}

/** On the path of every hit with tags: two comparisons of 4 bytes are several times faster than `Buffer.compare`. */
function isEpochAt(bytes: Buffer, start: number, epoch: Buffer): boolean {
  return (
    epoch.length === EPOCH_BYTES &&
    bytes.readInt32LE(start) === epoch.readInt32LE(0) &&
    bytes.readInt32LE(start + 4) === epoch.readInt32LE(4)
  )
}

/** The parts of an entry. */
export interface EntryParts {
  /** Not stored in the entry, but it decodes only under this key. */
  readonly key: string
  /** The version of the values. Not stored either, but it decodes only with this version. Default empty. */
  readonly version?: string
  /** Text is JSON, and is kept as `jsonCodec` keeps it. `undefined` makes an absent entry. */
  readonly payload: Buffer | string | undefined
  readonly loadedAt: number
  readonly freshUntil: number
  readonly loadMs: number
  /** Read before the load; `NOT_CARRIED` for a tag of the reader's that does not invalidate this value. */
  readonly epochs: Epochs
}

/** Larger slices would leave so much of the pool as garbage that a memory store exceeds its bound. */
const POOLED_BELOW_BYTES = 1_024

/**
 * The bytes of a new entry, with a new identity. Small ones are a slice of Node's Buffer pool, which takes a tenth of the time that
 * memory of their own takes. A store that keeps the bytes themselves copies such a slice.
 */
export function encodeEntry(parts: EntryParts): Buffer {
  const { key, version = '', payload, loadedAt, freshUntil, loadMs, epochs } = parts
  const payloadStart = HEADER_BYTES + epochs.length * EPOCH_BYTES
  const payloadBytes = payloadLength(payload)
  const length = payloadStart + payloadBytes
  const bytes = length < POOLED_BELOW_BYTES ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length)
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = (payload === undefined ? ABSENT : 0) | (epochs.includes(NOT_CARRIED) ? PARTLY_TAGGED : 0)
  bytes[3] = epochs.length
  pooledRandomBytes(IDENTITY_END - IDENTITY_START).copy(bytes, IDENTITY_START)
  bytes.writeDoubleLE(loadedAt, 12)
  bytes.writeDoubleLE(freshUntil, 20)
  bytes.writeFloatLE(loadMs, 28)
  bytes.writeUInt32LE(payloadBytes, 32)
  bytes.writeUInt32LE(check(bytes, key, version), 36)
  epochs.forEach((epoch, i) => {
    epoch.copy(bytes, HEADER_BYTES + i * EPOCH_BYTES)
  })
  if (typeof payload === 'string') {
    bytes[payloadStart] = JSON_MARK
    bytes.write(payload, payloadStart + 1)
  } else payload?.copy(bytes, payloadStart)
  return bytes
}

function payloadLength(payload: EntryParts['payload']): number {
  if (payload === undefined) return 0
  return typeof payload === 'string' ? 1 + Buffer.byteLength(payload) : payload.length
}

/** The identity of the bytes under a key, whether or not they decode as an entry. */
export function identityOf(bytes: Buffer): Buffer {
  return bytes.subarray(IDENTITY_START, IDENTITY_END)
}

/** The load time in the header of `key`'s entry; `undefined` if `head` is not such a header. */
export function loadMsOf(head: Buffer, key: string, version = ''): number | undefined {
  if (head.length < HEADER_BYTES || head[0] !== MAGIC || head[1] !== FORMAT) return undefined
  return head.readUInt32LE(36) === check(head, key, version) ? head.readFloatLE(28) : undefined
}

/** Until when the value is fresh, in the store's time; `undefined` if the bytes are no entry of this format. */
export function freshUntilOf(bytes: Buffer): number | undefined {
  return bytes.length < HEADER_BYTES || bytes[0] !== MAGIC || bytes[1] !== FORMAT ? undefined : bytes.readDoubleLE(20)
}

/** Replaces the epoch of a tag that readers pass but the entry doesn't carry. */
export const NOT_CARRIED = Buffer.alloc(EPOCH_BYTES)

/**
 * A new epoch for a tag. Random, not a counter, so that no two are the same. Not a slice of Node's Buffer pool: the memory store
 * keeps it, and a slice would keep the pool's memory alive.
 */
export function newEpoch(): Buffer {
  const epoch = Buffer.allocUnsafeSlow(EPOCH_BYTES)
  pooledRandomBytes(EPOCH_BYTES).copy(epoch)
  epoch[0]! |= 1 // never `NOT_CARRIED`
  return epoch
}

/** Identifies a lease. Unique per attempt. */
export function newToken(): string {
  return pooledRandomBytes(12).toString('base64')
}

/**
 * The hash of header, key and version that a header carries. (Not `zlib.crc32`: it would need all three in one buffer, and a
 * native call on each hit.) Each step is a bijection of the hash so far. So it detects every change within one word, and misses
 * any other change once in 2^32.
 */
export function check(bytes: Buffer, key: string, version = ''): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < 36; i += 4) {
    hash = Math.imul(hash ^ bytes.readInt32LE(i), 0x9e3779b1)
    hash ^= hash >>> 15 // otherwise the upper bits of two words could cancel out
  }
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  if (version !== '') {
    hash = Math.imul(hash ^ KEY_END, 0x01000193)
    for (let i = 0; i < version.length; i++) hash = Math.imul(hash ^ version.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}
