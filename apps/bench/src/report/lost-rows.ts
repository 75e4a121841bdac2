import { isFloor, isOurs, type LibraryName } from '../libraries/names.ts'
import type { Bench, Group } from '../results.ts'
import { type Column, columns, groupOf } from './columns.ts'
import { entryOf, figureOf, ratioOf, type Spread } from './compared.ts'

export interface Lost {
  readonly column: Column
  /** The form of cache-core. */
  readonly ours: LibraryName
  /** The other library against which it does worst. */
  readonly rival: LibraryName
  /** Ours ÷ the rival's. */
  readonly ratio: Spread
  /** In a stampede, medians: who waits less may load more often. */
  readonly loads?: { readonly ours: number; readonly rival: number }
}

/** Every column that a form of cache-core loses, by the median of the rounds' ratios. */
export function lostRows(bench: Bench): Lost[] {
  return columns.flatMap((column) => {
    const group = groupOf(bench, column)
    if (group === undefined) return []
    const forms = group.entries.map(({ library }) => library).filter(isOurs)
    return forms.map((ours) => worst(column, group, ours)).filter((lost) => lost !== undefined)
  })
}

function worst(column: Column, group: Group, ours: LibraryName): Lost | undefined {
  const own = entryOf(group, ours)!
  let lost: Lost | undefined
  for (const entry of group.entries) {
    if (isOurs(entry.library) || isFloor(entry.library)) continue
    const ratio = ratioOf(own, entry, column.figure)
    if (ratio === undefined || ratio.median <= Math.max(column.lostAbove, lost?.ratio.median ?? 0)) continue
    const loads = { ours: figureOf(own, 'loads')!.median, rival: figureOf(entry, 'loads')!.median }
    lost = { column, ours, rival: entry.library, ratio, ...(column.row === 'stampede' && { loads }) }
  }
  return lost
}
