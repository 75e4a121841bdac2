/** Which strategies are best in a measure, and which do not differ, by `differenceOf`. */
import { CEILING } from 'strategies/names'
import type { Comparison } from '../comparison.ts'
import { type MeasureName, measures } from '../measures.ts'
import { differenceOf, figureOf, RUNS_TO_CLAIM, type Spread } from '../spread.ts'
import { checkGuarantees } from './check-guarantees.ts'

/**
 * The strategies that are ranked. A form that breaks its guarantee, as declared or as seen in these runs, is not: it is
 * faster at the guarantee's expense.
 */
export function contestantsIn(comparison: Comparison): ReadonlySet<string> {
  const sound = checkGuarantees(comparison).filter(
    ({ strategy, verdict }) =>
      strategy.name !== CEILING && strategy.promise.breaks === undefined && !verdict.startsWith('broken'),
  )
  return new Set(sound.map(({ strategy }) => strategy.name))
}

/** `best`: better than every other. `equal`: the best median, or no difference from it. */
export type Rank = 'best' | 'equal'

/** The ranks of contestants with enough runs. The others are worse, or have too few runs. */
export function ranksIn(comparison: Comparison, measure: MeasureName): ReadonlyMap<string, Rank> {
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
 * Maximal groups of contestants without a difference between any two, from the best to the worst. "No difference" is not
 * transitive: a strategy in two groups differs from no member of either, but members of the two groups may differ.
 */
export function groupsIn(comparison: Comparison, measure: MeasureName): readonly (readonly string[])[] {
  const compared = comparableIn(comparison, measure)
  // Ranges that overlap pairwise share a point: the greatest of their minima.
  const groups = [...new Set(compared.map(({ spread }) => spread.min))]
    .toSorted((a, b) => a - b)
    .map((point) => compared.filter(({ spread }) => spread.min <= point && point <= spread.max))
  const largest = groups.filter(
    (group, at) => !groups.some((other, index) => index !== at && group.every((one) => other.includes(one))),
  )
  const names = largest.map((group) =>
    group.toSorted((a, b) => a.spread.median - b.spread.median).map(({ name }) => name),
  )
  return measures[measure].better === 'higher' ? names.toReversed().map((group) => group.toReversed()) : names
}

/** Contestants with the number of their runs that count. */
export function countedRunsIn(comparison: Comparison): readonly { name: string; runs: number }[] {
  const { turns } = comparison
  return [...contestantsIn(comparison)].map((name) => ({
    name,
    runs: turns.filter((turn) => turn.strategy === name && turn.status === 'ok').length,
  }))
}

/** Contestants with too few runs to claim anything. */
export function withTooFewRuns(comparison: Comparison): readonly { name: string; runs: number }[] {
  return countedRunsIn(comparison).filter(({ runs }) => runs < RUNS_TO_CLAIM)
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
