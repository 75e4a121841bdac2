/** Which strategies are best in a measure, and which can't be told apart. Nothing is claimed that `differenceOf` does not allow. */
import type { Comparison } from '../comparison.ts'
import { type MeasureName, measures } from '../measures.ts'
import { differenceOf, figureOf, RUNS_TO_CLAIM, type Spread } from '../spread.ts'
import { promisesKept } from './broken-promises.ts'

/** Not a strategy but a bound: it is shown, and never best. */
export const CEILING = 'always-hit'

/**
 * The strategies that may be called best in something. A form that breaks its guarantee, by its own account or as seen in
 * these runs, may not: what it saves is the guarantee.
 */
export function contestantsIn(comparison: Comparison): ReadonlySet<string> {
  const sound = promisesKept(comparison).filter(
    ({ strategy, verdict }) =>
      strategy.name !== CEILING && strategy.promise.breaks === undefined && !verdict.startsWith('broken'),
  )
  return new Set(sound.map(({ strategy }) => strategy.name))
}

/** `best`: beyond every other. `equal`: the best median, or not different from the one with the best median. */
export type Standing = 'best' | 'equal'

/** Of the contestants that have enough runs; those without a standing are worse, or have too few. */
export function standingsIn(comparison: Comparison, measure: MeasureName): ReadonlyMap<string, Standing> {
  const { better } = measures[measure]
  if (!better) return new Map()
  const sign = better === 'lower' ? 1 : -1
  const ranked = comparableIn(comparison, measure).toSorted((a, b) => sign * (a.spread.median - b.spread.median))
  const [first, ...others] = ranked
  if (!first || others.length === 0) return new Map()
  const equals = others.filter(({ spread }) => differenceOf(first.spread, spread) === 'no difference')
  if (equals.length === 0) return new Map([[first.name, 'best']])
  return new Map([first, ...equals].map(({ name }) => [name, 'equal']))
}

/**
 * Groups of contestants without a difference between any two, from the best to the worst, each as large as can be. "No
 * difference" does not carry over: one that is in two groups differs from none in either, though these may differ.
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

/** Contestants of which nothing can be claimed, with the number of their runs that count. */
export function withTooFewRuns(comparison: Comparison): readonly { name: string; runs: number }[] {
  const { turns } = comparison
  return [...contestantsIn(comparison)]
    .map((name) => ({ name, runs: turns.filter((turn) => turn.strategy === name && turn.status === 'ok').length }))
    .filter(({ runs }) => runs < RUNS_TO_CLAIM)
}

interface Compared {
  readonly name: string
  readonly spread: Spread
}

function comparableIn(comparison: Comparison, measure: MeasureName): readonly Compared[] {
  return [...contestantsIn(comparison)].flatMap((name) => {
    const spread = figureOf(comparison, name, measure)
    return spread && spread.values.length >= RUNS_TO_CLAIM ? [{ name, spread }] : []
  })
}
