import { requireInteger, requireNumber } from './check.ts'

export interface ZipfOptions {
  /** How many items there are: 1 … 10,000,000 (the table takes 8 bytes for each). */
  items: number
  /** How unequal they are: 0 = all alike, 0.99 = YCSB's default, above 1 = a few take nearly all. Any number of at least 0. */
  exponent: number
}

export interface Zipf {
  /** Chance of the item of this rank, 1 being the most popular. */
  probability(rank: number): number
  /** The rank that a uniform number in [0, 1) falls on: 1 … items, in O(log items). */
  rankAt(uniform: number): number
}

/**
 * Zipf's law: the item of rank r is drawn in proportion to 1 / r^exponent.
 *
 * The table of cumulated chances is built once and searched by halving. It is exact for every exponent; the well-known
 * constant-time form (Gray et al., SIGMOD 1994, used by YCSB) holds only below 1 and approximates the lower ranks.
 * @throws RangeError that names the option, its value and what is allowed
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
      if (!(uniform >= 0 && uniform < 1)) throw new RangeError(`uniform is ${uniform}; allowed is a number in [0, 1)`)
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
