/** Order of the rows of a table. */
export type Direction = 'ascending' | 'descending'

export interface Sort {
  readonly column: string
  readonly direction: Direction
}

/** Missing figures (NaN, undefined) come last in both directions; equal rows keep their order. */
export function sorted<T>(rows: readonly T[], figureOf: (row: T) => number | string, direction: Direction): T[] {
  const sign = direction === 'ascending' ? 1 : -1
  return [...rows].sort((a, b) => {
    const [left, right] = [figureOf(a), figureOf(b)]
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right))
    if (typeof left === 'string' || typeof right === 'string') return sign * String(left).localeCompare(String(right))
    return sign * (left - right)
  })
}

/** A second click on a column turns its order around. */
export function nextSort(current: Sort | undefined, column: string, first: Direction): Sort {
  if (current?.column !== column) return { column, direction: first }
  return { column, direction: current.direction === 'ascending' ? 'descending' : 'ascending' }
}
