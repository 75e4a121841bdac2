/** The leases, or the locks, of rows: one each, and at most `max` in all, as in the stores that these replace. */
import { RowSlots } from './row-slots.ts'
import { NO_SLOT, type Row } from './simulated-origin.ts'

export class LeaseSlots {
  readonly #slots: RowSlots
  readonly #tokens: string[] = []
  readonly #endsAt: number[] = []

  constructor(max: number) {
    this.#slots = new RowSlots(max)
  }

  /** When the row's lease ends or has ended; `undefined` if it has none. Counts as a use. */
  endsAt({ leaseSlot }: Row): number | undefined {
    if (leaseSlot === NO_SLOT) return undefined
    this.#slots.touch(leaseSlot)
    return this.#endsAt[leaseSlot]
  }

  /** Whether the row has the lease with this token, ended or not. Counts as a use. */
  holds({ leaseSlot }: Row, token: string): boolean {
    if (leaseSlot === NO_SLOT) return false
    this.#slots.touch(leaseSlot)
    return this.#tokens[leaseSlot] === token
  }

  set(row: Row, token: string, endsAt: number): void {
    if (row.leaseSlot === NO_SLOT) row.leaseSlot = this.#slots.add(row)
    else this.#slots.touch(row.leaseSlot)
    this.#tokens[row.leaseSlot] = token
    this.#endsAt[row.leaseSlot] = endsAt
    const surplus = this.#slots.surplus
    if (surplus !== undefined) this.delete(surplus)
  }

  delete(row: Row): void {
    if (row.leaseSlot === NO_SLOT) return
    this.#slots.remove(row.leaseSlot)
    row.leaseSlot = NO_SLOT
  }
}
