/**
 * Entries in one large buffer instead of an object and a buffer each, since a million of those take the garbage collector
 * longer than the simulation itself. All entries have the same length, since values are versions.
 */
import { RowSlots } from './row-slots.ts'
import { NO_SLOT, type Row } from './simulated-origin.ts'

const FIRST_SLOTS = 1_024

export interface EntrySlotsOptions {
  readonly now: () => number
  readonly maxEntries: number
  readonly onEvict: (row: Row) => void
}

export class EntrySlots {
  readonly #now: () => number
  readonly #onEvict: (row: Row) => void
  readonly #slots: RowSlots
  #entryLength = 0
  #room = 0
  #bytes = Buffer.alloc(0)
  #expiresAt = new Float64Array(0)

  constructor({ now, maxEntries, onEvict }: EntrySlotsOptions) {
    this.#now = now
    this.#onEvict = onEvict
    this.#slots = new RowSlots(maxEntries)
  }

  /** Whether the row has an entry. Counts as a use, and drops an expired entry. */
  has(row: Row): boolean {
    if (row.entrySlot === NO_SLOT) return false
    if (this.#now() >= this.#expiresAt[row.entrySlot]!) {
      this.delete(row)
      return false
    }
    this.#slots.touch(row.entrySlot)
    return true
  }

  /** A copy, since the slot may get another entry while a reader still holds these bytes. */
  copy({ entrySlot }: Row): Buffer {
    const start = entrySlot * this.#entryLength
    const copy = Buffer.allocUnsafe(this.#entryLength)
    copy.set(this.#bytes.subarray(start, start + this.#entryLength))
    return copy
  }

  /** Whether these bytes are at this offset of the row's entry. */
  matches({ entrySlot }: Row, bytes: Buffer, offset: number): boolean {
    const start = entrySlot * this.#entryLength + offset
    for (let i = 0; i < bytes.length; i++) if (this.#bytes[start + i] !== bytes[i]) return false
    return true
  }

  set(row: Row, entry: Buffer, expiresAt: number): void {
    if (row.entrySlot === NO_SLOT) row.entrySlot = this.#slots.add(row)
    else this.#slots.touch(row.entrySlot)
    this.#makeRoom(row.entrySlot, entry.length)
    this.#bytes.set(entry, row.entrySlot * this.#entryLength)
    this.#expiresAt[row.entrySlot] = expiresAt
    const evicted = this.#slots.surplus
    if (evicted === undefined) return
    this.delete(evicted)
    this.#onEvict(evicted)
  }

  delete(row: Row): void {
    if (row.entrySlot === NO_SLOT) return
    this.#slots.remove(row.entrySlot)
    row.entrySlot = NO_SLOT
  }

  #makeRoom(slot: number, length: number): void {
    this.#entryLength ||= length
    if (length !== this.#entryLength) throw new Error(`an entry has ${length} bytes, the others ${this.#entryLength}`)
    if (slot < this.#room) return
    const [bytes, expiresAt] = [this.#bytes, this.#expiresAt]
    this.#room = Math.max(FIRST_SLOTS, 2 * slot)
    this.#bytes = Buffer.alloc(this.#room * length)
    this.#bytes.set(bytes)
    this.#expiresAt = new Float64Array(this.#room)
    this.#expiresAt.set(expiresAt)
  }
}
