/** Figures of one group, and libraries against each other: per round first, since a busy moment slows all of a round. */
import { quantilesOf } from 'workload'
import type { LibraryName } from '../libraries/names.ts'
import type { FigureName } from '../measure/figures.ts'
import type { Entry, Group } from '../results.ts'

export interface Spread {
  readonly median: number
  readonly q1: number
  readonly q3: number
}

/** Undefined if no round has the figure. */
export function spreadOf(values: readonly (number | null)[]): Spread | undefined {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return undefined
  const quantile = quantilesOf(known)
  return { median: quantile(0.5), q1: quantile(0.25), q3: quantile(0.75) }
}

export const entryOf = (group: Group, library: LibraryName): Entry | undefined =>
  group.entries.find((entry) => entry.library === library)

export const figureOf = (entry: Entry, figure: FigureName): Spread | undefined => spreadOf(entry.rounds[figure])

/** The ratio of a figure in each round, `of` ÷ `over`. */
export function ratioOf(of: Entry, over: Entry, figure: FigureName): Spread | undefined {
  return spreadOf(
    of.rounds[figure].map((value, round) => {
      const base = over.rounds[figure][round]
      return value === null || base === null || base === undefined || base === 0 ? null : value / base
    }),
  )
}
