/** A seeded generator. */
export interface Rng {
  /** An integer from 0 to `end - 1`. */
  below(end: number): number
  /** True once in `n` times. */
  oneIn(n: number): boolean
  pick<T>(list: readonly T[]): T
}

/** Mulberry32: 32 bits of state, more than enough for distinct schedules. */
export function rngOf(seed: number): Rng {
  let state = seed | 0
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296) * end)
  }
  return { below, oneIn: (n) => below(n) === 0, pick: (list) => list[below(list.length)]! }
}

/** The seed of the `n`th schedule of a run. Neighbouring schedules are unrelated. */
export function nthSeed(seed: number, n: number): number {
  return Math.imul(seed ^ Math.imul(n + 1, 0x9e3779b1), 0x85ebca6b) >>> 0
}
