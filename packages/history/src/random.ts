/** Uniform numbers in [0, 1), the same for the same seed. "splitmix32", enough for choosing keys. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e37_79b9) | 0
    let bits = state ^ (state >>> 16)
    bits = Math.imul(bits, 0x21f0_aaad)
    bits ^= bits >>> 15
    bits = Math.imul(bits, 0x735a_2d97)
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Draws from `items`, the one at place i (from 1) in proportion to 1 / i^exponent. */
export function zipfChoice<T>(items: readonly T[], exponent: number): (uniform: number) => T {
  let total = 0
  const upTo = items.map((_, i) => {
    total += (i + 1) ** -exponent
    return total
  })
  return (uniform) => items[upTo.findIndex((sum) => uniform * total < sum)] ?? items.at(-1)!
}
