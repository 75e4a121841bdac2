import type { Touched } from './step.ts'

/** Two 32-bit hashes, since JavaScript's integer operations have 32 bits. */
interface Hash {
  readonly a: number
  readonly b: number
}

const NONE: Hash = { a: 0, b: 0 }

/**
 * Recognises equivalent schedules: they differ only in the order of steps without a conflict. Two steps conflict if they touch
 * the same data and at least one of them writes it.
 *
 * A step's hash is computed from its name and the hashes of the steps that it depends on: for each datum that it touches, the
 * last write, and for each datum that it writes, also the reads since then. The sum of these hashes identifies the steps taken
 * so far, in any order (Mazurkiewicz, "Trace Theory", 1987).
 */
export class Equivalence {
  #sum = NONE
  readonly #writes = new Map<string, Hash>()
  readonly #reads = new Map<string, Hash>()
  /** The hash of the last step that wrote everything, and the sum of the hashes of steps that have read everything since. */
  #lastOfAll = NONE
  #readsOfAll = NONE

  /** Equal for equivalent schedules. Two others have the same fingerprint with a probability of 2^-52. */
  get fingerprint(): number {
    return numberOf(this.#sum)
  }

  /** The fingerprint if this step were the next. */
  fingerprintAfter(name: string, touches: readonly Touched[]): number {
    return numberOf(sum(this.#sum, this.#hashOf(name, touches)))
  }

  /** Identifies a step together with all that it depends on. */
  eventOf(name: string, touches: readonly Touched[]): number {
    return numberOf(this.#hashOf(name, touches))
  }

  taken(name: string, touches: readonly Touched[]): void {
    const { writesAll, readsAll, others } = sorted(touches)
    const hash = this.#hashOf(name, touches)
    this.#sum = sum(this.#sum, hash)
    if (writesAll) {
      this.#writes.clear()
      this.#reads.clear()
      this.#lastOfAll = hash
      this.#readsOfAll = NONE
      return
    }
    if (readsAll) this.#readsOfAll = sum(this.#readsOfAll, hash)
    for (const { what, isWritten } of others) {
      if (isWritten) {
        this.#writes.set(what, hash)
        this.#reads.delete(what)
      } else this.#reads.set(what, sum(this.#reads.get(what) ?? NONE, hash))
    }
  }

  #hashOf(name: string, touches: readonly Touched[]): Hash {
    const { writesAll, readsAll, others } = sorted(touches)
    let depends = this.#lastOfAll
    if (readsAll) for (const hash of this.#writes.values()) depends = sum(depends, hash)
    else for (const { what } of others) depends = sum(depends, this.#writes.get(what) ?? NONE)
    if (writesAll) for (const hash of this.#reads.values()) depends = sum(depends, hash)
    else for (const { what, isWritten } of others) if (isWritten) depends = sum(depends, this.#reads.get(what) ?? NONE)
    if (others.some(({ isWritten }) => isWritten) || writesAll) depends = sum(depends, this.#readsOfAll)
    return hashOf(name, depends)
  }
}

/** Whether a step writes or reads everything, and what else it touches. */
function sorted(touches: readonly Touched[]): { writesAll: boolean; readsAll: boolean; others: readonly Touched[] } {
  const everything = touches.filter(({ what }) => what === '*')
  const writesAll = everything.some(({ isWritten }) => isWritten)
  return { writesAll, readsAll: everything.length > 0, others: withoutRepeats(touches) }
}

function numberOf({ a, b }: Hash): number {
  return (a >>> 6) * 2 ** 26 + (b >>> 6)
}

/** Each datum once: as written if the step both reads and writes it. */
function withoutRepeats(touches: readonly Touched[]): Touched[] {
  const written = new Set(touches.filter(({ isWritten }) => isWritten).map(({ what }) => what))
  const all = new Set(touches.map(({ what }) => what))
  all.delete('*')
  return [...all].map((what) => ({ what, isWritten: written.has(what) }))
}

function sum(one: Hash, other: Hash): Hash {
  return { a: (one.a + other.a) | 0, b: (one.b + other.b) | 0 }
}

function hashOf(name: string, { a, b }: Hash): Hash {
  let first = a ^ 0x9e3779b9
  let second = b ^ 0x85ebca6b
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second ^ code, 0x5bd1e995) ^ (second >>> 15)
  }
  return { a: mixed(first ^ second), b: mixed(second + Math.imul(first, 0xc2b2ae35)) }
}

function mixed(hash: number): number {
  let mixing = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35)
  return mixing ^ (mixing >>> 16)
}
