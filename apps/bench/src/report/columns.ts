/** The columns of the table and the parts of the picture: rows of the bench at 350 B. */
import type { FigureName } from '../measure/figures.ts'
import type { Bench, Group } from '../results.ts'
import type { RowName } from '../rows.ts'

export interface Column {
  readonly row: RowName
  readonly title: string
  readonly figure: FigureName
  readonly unit: 'ns' | 'µs' | 'ms'
  /** cache-core loses the row if it takes more than this many times as long as another library. */
  readonly lostAbove: number
}

export const columns: readonly Column[] = [
  { row: 'near', title: 'hit in memory', figure: 'wallUs', unit: 'ns', lostAbove: 1 },
  { row: 'hit', title: 'hit in Redis', figure: 'wallUs', unit: 'µs', lostAbove: 1 },
  { row: 'tagged', title: 'with 3 tags', figure: 'wallUs', unit: 'µs', lostAbove: 1 },
  { row: 'many', title: '100 keys at once', figure: 'wallUs', unit: 'µs', lostAbove: 1 },
  { row: 'stampede', title: 'stampede, p99 wait beyond the load', figure: 'p99Us', unit: 'ms', lostAbove: 1 },
  { row: 'miss', title: 'miss', figure: 'wallUs', unit: 'µs', lostAbove: 1.5 },
  { row: 'write', title: 'write', figure: 'wallUs', unit: 'µs', lostAbove: 1.5 },
]

const SIZE = '350 B'
const MICROSECONDS = { ns: 0.001, µs: 1, ms: 1_000 } as const

/** Undefined if the bench did not measure it. */
export const groupOf = (bench: Bench, { row }: Column): Group | undefined =>
  bench.groups.find((group) => group.row === row && group.size === SIZE)

export const inUnit = (us: number, { unit }: Column) => us / MICROSECONDS[unit]
