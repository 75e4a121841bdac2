/** Who is best in a measure, and who cannot be told apart. Nothing is claimed that `differenceOf` does not allow. */
import type { Comparison } from '../comparison.ts'
import { type MeasureName, measures } from '../measures.ts'
import { differenceOf, figureOf, RUNS_TO_CLAIM, type Spread } from '../spread.ts'

/** Not a strategy but a bound: it is shown, and takes no part in who is best. */
export const CEILING = 'always-hit'

/** `best`: beyond every other. `equal`: the best median, or not different from the one with the best median. */
export type Standing = 'best' | 'equal'

/** Of the strategies that have enough runs; those without a standing are worse, or have too few. */
export function standingsIn(comparison: Comparison, measure: MeasureName): ReadonlyMap<string, Standing> {
  const { better } = measures[measure]
  if (!better) return new Map()
  const sign = better === 'lower' ? 1 : -1
  const ranked = comparableIn(comparison, measure)
    .filter(({ name }) => name !== CEILING)
    .toSorted((a, b) => sign * (a.spread.median - b.spread.median))
  const [first, ...others] = ranked
  if (!first || others.length === 0) return new Map()
  const equals = others.filter(({ spread }) => differenceOf(first.spread, spread) === 'no difference')
  if (equals.length === 0) return new Map([[first.name, 'best']])
  return new Map([first, ...equals].map(({ name }) => [name, 'equal']))
}

/**
 * Groups in which nobody differs from anybody, from the best to the worst, each as large as can be. "No difference" does
 * not carry over: who stands in two groups differs from nobody in either, though these may differ from one another.
 */
export function groupsIn(comparison: Comparison, measure: MeasureName): readonly (readonly string[])[] {
  const compared = comparableIn(comparison, measure)
  // Two ranges that touch have a point in common, and so have all that touch one another: the greatest of their minima.
  const groups = [...new Set(compared.map(({ spread }) => spread.min))]
    .toSorted((a, b) => a - b)
    .map((point) => compared.filter(({ spread }) => spread.min <= point && point <= spread.max))
  const largest = groups.filter(
    (group, at) => !groups.some((other, place) => place !== at && group.every((one) => other.includes(one))),
  )
  const names = largest.map((group) =>
    group.toSorted((a, b) => a.spread.median - b.spread.median).map(({ name }) => name),
  )
  return measures[measure].better === 'higher' ? names.toReversed().map((group) => group.toReversed()) : names
}

/** Strategies of which nothing can be claimed, with the number of their runs that count. */
export function withTooFewRuns({ turns, strategies }: Comparison): readonly { name: string; runs: number }[] {
  return strategies
    .map(({ name }) => ({ name, runs: turns.filter((turn) => turn.strategy === name && turn.status === 'ok').length }))
    .filter(({ runs }) => runs < RUNS_TO_CLAIM)
}

interface Compared {
  readonly name: string
  readonly spread: Spread
}

function comparableIn(comparison: Comparison, measure: MeasureName): readonly Compared[] {
  return comparison.strategies.flatMap(({ name }) => {
    const spread = figureOf(comparison, name, measure)
    return spread && spread.values.length >= RUNS_TO_CLAIM ? [{ name, spread }] : []
  })
}
