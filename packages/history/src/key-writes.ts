import { type Done, isDone, type Operation } from './operation.ts'

/** The writes of one key, indexed so that each query takes O(log n). */
export class KeyWrites {
  /** Acknowledged, by version. */
  readonly acknowledged: readonly Done[]
  readonly #versions: readonly number[]
  /** At i: the earliest acknowledged of the writes from i on. */
  readonly #firstFrom: Done[]
  /** When the writes of unknown outcome began. */
  readonly #unknownStarts: readonly number[]
  readonly #distinct: readonly number[]

  constructor(writes: readonly Operation[]) {
    this.acknowledged = writes.filter(isDone).sort((a, b) => a.version - b.version || a.end - b.end)
    this.#versions = this.acknowledged.map(({ version }) => version)
    this.#distinct = [...new Set(this.#versions)]
    this.#unknownStarts = writes
      .filter(({ outcome }) => outcome === 'unknown')
      .map(({ start }) => start)
      .sort((a, b) => a - b)
    this.#firstFrom = [...this.acknowledged]
    for (let i = this.#firstFrom.length - 2; i >= 0; i--) {
      if (this.#firstFrom[i + 1]!.end < this.#firstFrom[i]!.end) this.#firstFrom[i] = this.#firstFrom[i + 1]!
    }
  }

  /** The earliest acknowledged write of a newer version. */
  firstNewerThan(version: number): Done | undefined {
    return this.#firstFrom[firstAbove(this.#versions, version)]
  }

  /** The acknowledged writes of this version: one, unless an update was lost. */
  of(version: number): readonly Done[] {
    const end = firstAbove(this.#versions, version)
    let start = end
    while (start > 0 && this.#versions[start - 1] === version) start--
    return this.acknowledged.slice(start, end)
  }

  /**
   * Whether the version can exist at `time`: an acknowledged write of it had begun, or enough writes of unknown outcome had begun
   * to count up to it from `base`, the highest version that the key can have had before all writes.
   */
  canHaveMade(version: number, time: number, base: number): boolean {
    if (version <= base) return true
    const made = this.of(version)
    if (made.length > 0) return made.some(({ start }) => start <= time)
    const acknowledged = firstAbove(this.#distinct, version) - firstAbove(this.#distinct, base)
    return version - base - acknowledged <= firstAbove(this.#unknownStarts, time)
  }
}

/** Index of the first number above `limit` in an ascending list. */
function firstAbove(ascending: readonly number[], limit: number): number {
  let first = 0
  let last = ascending.length
  while (first < last) {
    const middle = (first + last) >>> 1
    if (ascending[middle]! > limit) last = middle
    else first = middle + 1
  }
  return first
}
