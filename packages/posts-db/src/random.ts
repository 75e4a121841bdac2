/** A generator of whole numbers that repeats exactly for the same seed on any machine, since it uses only 32-bit integer steps. */
export interface Random {
  /** 0 … `below` - 1; `below` at most 2^32. */
  below(below: number): number
  /** `min` … `max`, inclusive. */
  between(min: number, max: number): number
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T
}

/**
 * A counter with a mixing function (splitmix32 with the constants of Wellons' "lowbias32"): good enough for made-up posts, not
 * for secrets or statistics.
 *
 * @param seed whole number, 0 … 4,294,967,295
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function next(): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }

  const random: Random = {
    // Doubles are exact enough for the multiplication; the bias of 2^-32 doesn't matter here.
    below: (below) => Math.floor((next() / 2 ** 32) * below),
    between: (min, max) => min + random.below(max - min + 1),
    pick: (items) => items[random.below(items.length)]!,
  }
  return random
}
