export interface SeededRandom {
  /** Uniform in [0, 1), with 32 bits. */
  uniform(): number
  /** 0 … `end` - 1; `end` at most 2^32. */
  below(end: number): number
  /** True once in `n` times. */
  oneIn(n: number): boolean
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T
}

/**
 * A generator that repeats exactly for the same seed on any machine, since it uses only 32-bit integer steps: a counter with a
 * mixing function (splitmix32 with constants of Wellons' hash-prospector). For test data and schedules, not for secrets or
 * statistics. Made-up posts depend on its numbers.
 *
 * A load needs `random` instead: k6 distributes its operations to workers in no fixed order, so a generator with a state does not
 * repeat them.
 *
 * @param seed whole number, 0 … 4,294,967,295
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0

  function uniform(): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }

  // Doubles are exact enough for the multiplication; the bias of 2^-32 doesn't matter here.
  const below = (end: number) => Math.floor(uniform() * end)
  return { uniform, below, oneIn: (n) => below(n) === 0, pick: (items) => items[below(items.length)]! }
}
