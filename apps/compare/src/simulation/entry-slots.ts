/**
 * Entries in one large buffer instead of an object and a buffer each, since a million of those take the garbage collector
 * longer than the simulation itself. All entries have the same length, since values are versions.
 */
import { NO_SLOT, type Row } from './simulated-origin.ts'

export interface EntrySlotsOptions {
  readonly now: () => number
  /** Beyond it, the least recently used entry is evicted. */
  readonly maxEntries: number
  readonly onEvict: (row: Row) => void
}


const FIRST_SLOTS = 1_024
/** The end of the list. */
const NONE = -1

export class EntrySlots {
  readonly #now: () => number
  readonly #maxEntries: number
  readonly #onEvict: (row: Row) => void
  readonly #order = new UseOrder()
  readonly #rows: Row[] = []
  readonly #free: number[] = []
  #expiresAt = new Float64Array(FIRST_SLOTS)
  #entryLength = 0
  #bytes = Buffer.alloc(0)

  constructor({ now, maxEntries, onEvict }: EntrySlotsOptions) {
    this.#now = now
    this.#maxEntries = maxEntries
    this.#onEvict = onEvict
  }

  /** Whether the row has an entry. Counts as a use, and drops an expired entry. */
  has(row: Row): boolean {
    if (row.slot === NO_SLOT) return false
    if (this.#now() >= this.#expiresAt[row.slot]!) {
      this.delete(row)
      return false
    }
    if (this.#maxEntries < Infinity) this.#order.touch(row.slot)
    return true
  }

  /** A copy, since the slot may get another entry while a reader still holds these bytes. The row must have an entry. */
  copy(row: Row): Buffer {
    const start = row.slot * this.#entryLength
    const copy = Buffer.allocUnsafe(this.#entryLength)
    copy.set(this.#bytes.subarray(start, start + this.#entryLength))
    return copy
  }

  /** Whether these bytes are at this offset of the row's entry. */
  matches(row: Row, bytes: Buffer, offset: number): boolean {
    const start = row.slot * this.#entryLength + offset
    for (let i = 0; i < bytes.length; i++) if (this.#bytes[start + i] !== bytes[i]) return false
    return true
  }

  set(row: Row, entry: Buffer, expiresAt: number): void {
    if (row.slot === NO_SLOT) this.#add(row, entry.length)
    else if (this.#maxEntries < Infinity) this.#order.touch(row.slot)
    entry.copy(this.#bytes, row.slot * this.#entryLength)
    this.#expiresAt[row.slot] = expiresAt
    if (this.#rows.length - this.#free.length > this.#maxEntries) this.#evict()
  }

  delete(row: Row): void {
    const { slot } = row
    if (slot === NO_SLOT) return
    row.slot = NO_SLOT
    if (this.#maxEntries < Infinity) this.#order.remove(slot)
    this.#free.push(slot)
  }

  clear(): void {
    for (const row of this.#rows) this.delete(row)
  }

  #evict(): void {
    const row = this.#rows[this.#order.oldest]!
    this.delete(row)
    this.#onEvict(row)
  }

  #add(row: Row, length: number): void {
    this.#entryLength ||= length
    if (length !== this.#entryLength) throw new Error(`an entry of ${length} bytes instead of ${this.#entryLength}`)
    const slot = this.#free.pop() ?? this.#rows.length
    this.#rows[slot] = row
    row.slot = slot
    if (slot >= this.#expiresAt.length || this.#bytes.length === 0) this.#grow(slot)
    if (this.#maxEntries < Infinity) this.#order.append(slot)
  }

  #grow(slot: number): void {
    const slots = Math.max(FIRST_SLOTS, 2 * slot)
    const [expiresAt, bytes] = [this.#expiresAt, this.#bytes]
    this.#expiresAt = new Float64Array(slots)
    this.#expiresAt.set(expiresAt.subarray(0, slot))
    this.#bytes = Buffer.alloc(slots * this.#entryLength)
    bytes.copy(this.#bytes)
  }
}

/** A linked list of slots, from the least to the most recently used. */
class UseOrder {
  oldest = NONE
  #newest = NONE
  readonly #older: number[] = []
  readonly #newer: number[] = []

  append(slot: number): void {
    this.#older[slot] = this.#newest
    this.#newer[slot] = NONE
    if (this.#newest === NONE) this.oldest = slot
    else this.#newer[this.#newest] = slot
    this.#newest = slot
  }

  remove(slot: number): void {
    const older = this.#older[slot]!
    const newer = this.#newer[slot]!
    if (older === NONE) this.oldest = newer
    else this.#newer[older] = newer
    if (newer === NONE) this.#newest = older
    else this.#older[newer] = older
  }

  touch(slot: number): void {
    if (slot === this.#newest) return
    this.remove(slot)
    this.append(slot)
  }
}
