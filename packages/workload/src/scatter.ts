import { requireInteger } from './check.ts'

/**
 * A fixed shuffle of 1 … items: gives each popularity rank its id, so that the hot ids are not 1, 2, 3 side by side
 * (which would share database pages and hide what a cold row costs).
 *
 * Multiplication by a number coprime to `items` reaches each id exactly once, and needs no table. A multiplier near the
 * golden section keeps neighbouring ranks far apart.
 * @throws RangeError that names the argument, its value and what is allowed
 */
export function scatter(items: number): (rank: number) => number {
  // Above 10,000,000 the product would still fit; the bound is zipf's.
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
