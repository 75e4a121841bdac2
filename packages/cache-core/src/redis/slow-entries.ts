/** How long a slow entry is neither read nor kept, in milliseconds. Then it is tried again. */
const REST_MS = 60_000
const MAX_REMEMBERED = 1_000

/** Entries that are too large for the connection. They are skipped, so that small ones don't wait behind them. */
export class SlowEntries {
  readonly #until = new Map<string, number>()
  readonly #now: () => number
  readonly #say: (key: string) => void

  /** @param say called once for each key while it is remembered. */
  constructor(now: () => number, say: (key: string) => void) {
    this.#now = now
    this.#say = say
  }

  has(key: string): boolean {
    if (this.#until.size === 0) return false
    const until = this.#until.get(key)
    return until !== undefined && this.#now() < until
  }

  add(key: string): void {
    if (!this.#until.has(key)) this.#say(key)
    // Keeps the map's order: the oldest first.
    else this.#until.delete(key)
    this.#until.set(key, this.#now() + REST_MS)
    if (this.#until.size > MAX_REMEMBERED) this.#until.delete(this.#until.keys().next().value!)
  }
}
