import { requireInteger } from './check.ts'

/**
 * A fixed shuffle of 1 … items that maps each popularity rank to an id. Otherwise the hot ids 1, 2, 3 would share database
 * pages and hide the cost of a cold row.
 *
 * Multiplication by a number coprime to `items` reaches each id exactly once, without a table. A multiplier near the
 * golden ratio keeps neighbouring ranks far apart.
 * @throws RangeError that names the argument, its value and the allowed range
 */
export function scatter(items: number): (rank: number) => number {
  // The bound is zipf's; larger products would still fit.
  requireInteger('items', items, 1, 10_000_000)
  let multiplier = Math.max(1, Math.round(items * 0.618_033_988_75))
  while (greatestCommonDivisor(multiplier, items) !== 1) multiplier++
  const offset = Math.floor(items * 0.381_966)
  return (rank) => {
    requireInteger('rank', rank, 1, items)
    return ((multiplier * (rank - 1) + offset) % items) + 1
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
