/**
 * The entry: one string, a fixed binary header and the payload's own bytes.
 *
 * | offset | bytes | what                                                     |
 * |  0     | 1     | magic 0xCE                                               |
 * |  1     | 1     | format, 1                                                |
 * |  2     | 1     | flags: 1 = absent (the origin has no such value)         |
 * |  3     | 1     | number of tags                                           |
 * |  4     | 8     | identity: random; at this offset in every format         |
 * | 12     | 8     | loaded at (start of the load), store time, ms, double    |
 * | 20     | 8     | fresh until, store time, ms, double                      |
 * | 28     | 4     | load time, ms, float                                     |
 * | 32     | 4     | payload length                                           |
 * | 36     | 4     | check over the 36 bytes before                           |
 * | 40     | 8 × n | the tags' epochs as they were before the load            |
 * |        |       | payload                                                  |
 *
 * A header, so that a hit hands out a view of the payload: no copy, no parsing.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import type { Epochs, Lookup } from './ports/store.ts'

const MAGIC = 0xce
const FORMAT = 1
const ABSENT = 1
const HEADER_BYTES = 40
const EPOCH_BYTES = 8
/** Where the identity lies; the Redis scripts read the same range. */
export const IDENTITY_START = 4
export const IDENTITY_END = 12
/** One byte counts them. */
export const MAX_TAGS = 255

/** An entry read from a store. Its getters read the header in place. */
export class Entry {
  readonly #bytes: Buffer

  private constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The entry in `bytes`, or `undefined` where they hold none: damaged, of another format, or somebody else's. */
  static decode(bytes: Buffer): Entry | undefined {
    if (bytes.length < HEADER_BYTES || bytes[0] !== MAGIC || bytes[1] !== FORMAT) return undefined
    if (bytes.readUInt32LE(36) !== check(bytes)) return undefined
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

  /** Whether every tag still has the epoch it had when this entry was loaded. */
  hasEpochs(epochs: Lookup['epochs']): boolean {
    if (epochs.length !== this.#bytes[3]) return false
    for (let i = 0; i < epochs.length; i++) {
      const start = HEADER_BYTES + i * EPOCH_BYTES
      const epoch = epochs[i]
      if (epoch === undefined || epoch.compare(this.#bytes, start, start + EPOCH_BYTES) !== 0) return false
    }
    return true
  }
}

/** What an entry is made of. */
export interface EntryParts {
  /** `undefined` makes an absent entry. */
  readonly payload: Buffer | undefined
  readonly loadedAt: number
  readonly freshUntil: number
  readonly loadMs: number
  /** Read before the load. */
  readonly epochs: Epochs
}

/** The bytes of a new entry, under an identity of its own. */
export function encodeEntry({ payload, loadedAt, freshUntil, loadMs, epochs }: EntryParts): Buffer {
  const payloadStart = HEADER_BYTES + epochs.length * EPOCH_BYTES
  const bytes = Buffer.allocUnsafe(payloadStart + (payload?.length ?? 0))
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes[2] = payload === undefined ? ABSENT : 0
  bytes[3] = epochs.length
  randomFillSync(bytes, IDENTITY_START, IDENTITY_END - IDENTITY_START)
  bytes.writeDoubleLE(loadedAt, 12)
  bytes.writeDoubleLE(freshUntil, 20)
  bytes.writeFloatLE(loadMs, 28)
  bytes.writeUInt32LE(payload?.length ?? 0, 32)
  bytes.writeUInt32LE(check(bytes), 36)
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

/** A fresh epoch for a tag: random, never a counter, so that no two are ever the same. */
export function newEpoch(): Buffer {
  return randomFillSync(Buffer.allocUnsafe(EPOCH_BYTES))
}

/** Unique per attempt: what a lease is known by. */
export function newToken(): string {
  return randomBytes(12).toString('base64')
}

/** FNV-1a over the header, so that a damaged one reads as no entry at all. */
function check(bytes: Buffer): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < 36; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash >>> 0
}
