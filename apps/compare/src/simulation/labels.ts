/** Labels of merged rows. */

export interface Given {
  readonly strategies: readonly string[]
  readonly ttlsMs: readonly number[]
  readonly capacities: readonly (number | null)[]
}

/** From this number on, "all" replaces the names. */
const FEWEST_ALL = 3

export function strategiesLabel(strategies: readonly string[], given: Given): string {
  return allOr(strategies, given.strategies, (name) => name)
}

export function ttlsLabel(ttlsMs: readonly number[], given: Given): string {
  return allOr(ttlsMs, given.ttlsMs, formatTime)
}

/** @param isEmpty whether nothing was ever cached */
export function roomLabel(capacities: readonly (number | null)[], given: Given, isEmpty: boolean): string {
  const sorted = ascending(capacities)
  const all = ascending(given.capacities)
  if (sorted.length === 1) return formatCapacity(sorted[0]!)
  if (isEmpty && sorted.length === all.length) return 'any'
  // If a larger capacity changes nothing, nothing was evicted, so no larger one will change anything either.
  const areLargest = sorted.every((capacity, at) => capacity === all[all.length - sorted.length + at])
  return areLargest ? `${formatCapacity(sorted[0]!)} and more` : sorted.map(formatCapacity).join(', ')
}

function allOr<T>(some: readonly T[], all: readonly T[], format: (one: T) => string): string {
  return some.length === all.length && all.length >= FEWEST_ALL ? `all ${all.length}` : some.map(format).join(', ')
}

function ascending(capacities: readonly (number | null)[]): (number | null)[] {
  return capacities.toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity))
}

function formatCapacity(capacity: number | null): string {
  return capacity === null ? 'unlimited' : formatCount(capacity)
}

export function formatCount(number: number): string {
  return number.toLocaleString('en')
}

/** Exact, in the largest unit that gives a whole number. */
export function formatTime(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000} min`
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`
}
