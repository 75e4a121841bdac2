import { type Runtime, systemRuntime } from '../ports/runtime.ts'
import type { Store } from '../ports/store.ts'

/** Above so many it is simpler to void everything. */
const MAX_OWED = 10_000
/** Until what could not be delivered is tried again, in milliseconds: at first, and at most. */
const RETRY_MS = { first: 250, last: 1_000 }

/**
 * The invalidations that could not be delivered to a store, and those of others that nobody here knows of. Until they are
 * paid, what the store has may be what they should have voided. Shared by all who use the same entries.
 */
export class OwedInvalidations {
  readonly #pay: (debt: Debt) => Promise<void>
  readonly #runtime: Runtime
  readonly #catchUps: (() => Promise<void>)[] = []
  #debt = newDebt()
  #isPaying = false
  #cancelPayment: (() => void) | undefined
  #retryMs = RETRY_MS.first

  /** @param pay delivers; rejects when it could not. */
  constructor(pay: (debt: Debt) => Promise<void>, runtime = systemRuntime) {
    this.#pay = pay
    this.#runtime = runtime
  }

  get arePaid(): boolean {
    return !this.#isPaying && isNothing(this.#debt)
  }

  owe(keys: readonly string[], tags: readonly string[]): void {
    const debt = this.#debt
    for (const tag of tags) debt.tags.add(tag)
    // Everything includes them: an outage of hours would otherwise remember each key written in it.
    if (!debt.everything) for (const key of keys) debt.keys.add(key)
    if (debt.keys.size + debt.tags.size > MAX_OWED) {
      debt.everything = true
      debt.keys.clear()
    }
    this.#payLater()
  }

  oweEverything(): void {
    this.#debt.everything = true
    this.#payLater()
  }

  /** Has `catchUp` deliver what others owe: now, and whenever `oweCatchUp` says so. It counts as owed until it resolves. */
  catchUpBy(catchUp: () => Promise<void>): void {
    this.#catchUps.push(catchUp)
    this.oweCatchUp()
  }

  /** The store was not to be reached, or another server may have taken its place. */
  oweCatchUp(): void {
    if (this.#catchUps.length === 0) return
    this.#debt.catchUp = true
    this.#payLater()
  }

  /** Pays now what is owed; what can't be delivered stays owed. */
  async pay(): Promise<void> {
    this.#cancelPayment?.()
    this.#cancelPayment = undefined
    if (this.#isPaying || isNothing(this.#debt)) return
    const debt = this.#debt
    this.#debt = newDebt()
    this.#isPaying = true
    try {
      if (hasNames(debt)) await this.#pay(debt)
      if (debt.catchUp) await Promise.all(this.#catchUps.map((catchUp) => catchUp()))
      this.#retryMs = RETRY_MS.first
    } catch {
      if (debt.everything) this.#debt.everything = true
      if (debt.catchUp) this.#debt.catchUp = true
      this.owe([...debt.keys], [...debt.tags])
    } finally {
      this.#isPaying = false
    }
    if (!isNothing(this.#debt)) this.#payLater()
  }

  /** By one timer, whatever fails meanwhile. */
  #payLater(): void {
    if (this.#cancelPayment !== undefined) return
    this.#cancelPayment = this.#runtime.after(this.#retryMs, () => void this.pay())
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.last)
  }
}

export interface Debt {
  readonly keys: Set<string>
  readonly tags: Set<string>
  everything: boolean
  catchUp: boolean
}

function newDebt(): Debt {
  return { keys: new Set(), tags: new Set(), everything: false, catchUp: false }
}

function isNothing(debt: Debt): boolean {
  return !debt.catchUp && !hasNames(debt)
}

function hasNames({ keys, tags, everything }: Debt): boolean {
  return everything || keys.size + tags.size > 0
}

/** What it takes to pay in full. Everything's tags are voided by name: there may be entries elsewhere that carry them. */
export async function payTo(store: Store, { keys, tags, everything }: Debt): Promise<void> {
  if (everything) await store.invalidateAll()
  await store.invalidate(everything ? [] : [...keys], [...tags])
}
