/**
 * Numbered places for rows, from 0 on, each used again once it is free. Beyond `max` rows, the least recently used one has to go.
 *
 * Numbers instead of a Map: a Map in which keys come and go all the time makes garbage that V8 frees late.
 */
import { NO_SLOT, type Row } from './simulated-origin.ts'

export class RowSlots {
  readonly #rows: Row[] = []
  readonly #free: number[] = []
  readonly #max: number
  /** A linked list, from the least to the most recently used. Kept only if there is a `max`. */
  readonly #older: number[] = []
  readonly #newer: number[] = []
  /** `NO_SLOT` also ends the list. */
  #oldest = NO_SLOT
  #newest = NO_SLOT

  constructor(max: number) {
    this.#max = max
  }

  /** The least recently used row if there are too many. */
  get surplus(): Row | undefined {
    return this.#rows.length - this.#free.length > this.#max ? this.#rows[this.#oldest] : undefined
  }

  add(row: Row): number {
    const slot = this.#free.pop() ?? this.#rows.length
    this.#rows[slot] = row
    if (this.#max < Infinity) this.#append(slot)
    return slot
  }

  remove(slot: number): void {
    if (this.#max < Infinity) this.#unlink(slot)
    this.#free.push(slot)
  }

  /** Notes that a row was used. */
  touch(slot: number): void {
    if (this.#max === Infinity || slot === this.#newest) return
    this.#unlink(slot)
    this.#append(slot)
  }

  #append(slot: number): void {
    this.#older[slot] = this.#newest
    this.#newer[slot] = NO_SLOT
    if (this.#newest === NO_SLOT) this.#oldest = slot
    else this.#newer[this.#newest] = slot
    this.#newest = slot
  }

  #unlink(slot: number): void {
    const older = this.#older[slot]!
    const newer = this.#newer[slot]!
    if (older === NO_SLOT) this.#oldest = newer
    else this.#newer[older] = newer
    if (newer === NO_SLOT) this.#newest = older
    else this.#older[newer] = older
  }
}
