/**
 * The most frequent ids in bounded memory: counts for at most `limit` ids. When another id arrives, every count is lowered
 * by 1 and counts of 0 are dropped.
 *
 * Guarantees: a count is never too high, and too low by at most 1/(limit + 1) of all ids seen.
 * Source: Misra and Gries, "Finding repeated elements", 1982.
 */
export class FrequentIds {
  readonly #limit: number
  #counts = new Map<number, number>()

  /** @param limit the maximum number of counts */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#counts.size
  }

  /** Amortised constant time: lowering all counts undoes that many earlier additions. */
  add(id: number): void {
    const counts = this.#counts
    const count = counts.get(id)
    if (count !== undefined) counts.set(id, count + 1)
    else if (counts.size < this.#limit) counts.set(id, 1)
    else this.#lowerAll()
  }

  /** Returns the counts since the last call, and starts again at 0. */
  take(): ReadonlyMap<number, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }

  #lowerAll(): void {
    for (const [id, count] of this.#counts) {
      if (count === 1) this.#counts.delete(id)
      else this.#counts.set(id, count - 1)
    }
  }
}
