import { requireInteger, requireNumber } from './check.ts'

export interface ZipfOptions {
  /** The number of items: 1 … 10,000,000 (the table takes 8 bytes per item). */
  items: number
  /** The skew: 0 = uniform, 0.99 = YCSB's default, above 1 = a few items take nearly all. Any number of at least 0. */
  exponent: number
}

export interface Zipf {
  /** The probability of the item of this rank; rank 1 is the most popular. */
  probability(rank: number): number
  /** Maps a uniform number in [0, 1) to a rank, 1 … items, in O(log items). */
  rankAt(uniform: number): number
}

/**
 * Zipf's law: the item of rank r is drawn in proportion to 1 / r^exponent.
 *
 * The table of cumulative probabilities is built once and read by binary search. It is exact for every exponent; the
 * constant-time form (Gray et al., SIGMOD 1994, used by YCSB) works only below 1 and approximates the lower ranks.
 * @throws RangeError that names the option, its value and the allowed range
 */
export function zipf({ items, exponent }: ZipfOptions): Zipf {
  requireInteger('items', items, 1, 10_000_000)
  requireNumber('exponent', exponent, 0, Number.POSITIVE_INFINITY)
  const upTo = new Float64Array(items)
  let total = 0
  for (let rank = 1; rank <= items; rank++) {
    total += rank ** -exponent
    upTo[rank - 1] = total
  }
  return {
    probability(rank) {
      requireInteger('rank', rank, 1, items)
      return rank ** -exponent / total
    },
    rankAt(uniform) {
      if (!(uniform >= 0 && uniform < 1)) throw new RangeError(`uniform is ${uniform}; it must be a number in [0, 1)`)
      const target = uniform * total
      let first = 0
      let last = items - 1
      while (first < last) {
        const middle = (first + last) >>> 1
        if (upTo[middle]! > target) last = middle
        else first = middle + 1
      }
      return first + 1
    },
  }
}
