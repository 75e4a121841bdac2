/** Merges rows with the same figures over strategies, TTLs and capacities. */
import type { StrategyName } from 'strategies'

export interface Setting {
  readonly strategy: StrategyName
  readonly ttlMs: number
  /** Null: unlimited. */
  readonly maxEntries: number | null
}

export interface MergedRow<Row extends Setting> {
  readonly strategies: readonly StrategyName[]
  readonly ttlsMs: readonly number[]
  readonly capacities: readonly (number | null)[]
  /** The first of the merged rows. */
  readonly row: Row
}

/**
 * Merges first over capacities, then strategies, then TTLs, so that each row covers all combinations of its values. In the
 * order of the first row of each group.
 *
 * @param figuresOf the figures that have to be equal
 */
export function mergedRows<Row extends Setting>(
  rows: readonly Row[],
  figuresOf: (row: Row) => readonly string[],
): MergedRow<Row>[] {
  const single = rows.map((row): MergedRow<Row> => {
    const { strategy, ttlMs, maxEntries } = row
    return { strategies: [strategy], ttlsMs: [ttlMs], capacities: [maxEntries], row }
  })
  const figures = ({ row }: MergedRow<Row>) => figuresOf(row)
  const overCapacities = merged(
    single,
    (one) => [one.strategies, one.ttlsMs, figures(one)],
    (one, other) => ({ ...one, capacities: [...one.capacities, ...other.capacities] }),
  )
  const overStrategies = merged(
    overCapacities,
    (one) => [one.ttlsMs, one.capacities, figures(one)],
    (one, other) => ({ ...one, strategies: [...one.strategies, ...other.strategies] }),
  )
  return merged(
    overStrategies,
    (one) => [one.strategies, one.capacities, figures(one)],
    (one, other) => ({ ...one, ttlsMs: [...one.ttlsMs, ...other.ttlsMs] }),
  )
}

function merged<T>(all: readonly T[], keyOf: (one: T) => unknown, merge: (one: T, other: T) => T): T[] {
  const groups = new Map<string, T>()
  for (const one of all) {
    const key = JSON.stringify(keyOf(one))
    const before = groups.get(key)
    groups.set(key, before === undefined ? one : merge(before, one))
  }
  return [...groups.values()]
}
