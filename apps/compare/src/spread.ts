/** The values of a figure over the runs, and the rule for a difference between two strategies. */
import { quantilesOf } from 'workload'
import type { Comparison } from './comparison.ts'
import type { MeasureName } from './measures.ts'

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** All values, in the order of the runs. */
  readonly values: readonly number[]
}

/** Runs of each strategy that are needed to claim a difference. */
export const RUNS_TO_CLAIM = 5

/** The spread over the runs in which the figure is known. Undefined if there are none. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== null && value !== undefined)
  if (known.length === 0) return undefined
  const quantile = quantilesOf(known)
  return { median: quantile(0.5), min: quantile(0), max: quantile(1), values: known }
}

/** A figure of a strategy over the runs that count: those with status `ok`. */
export function figureOf(
  { turns }: Pick<Comparison, 'turns'>,
  strategy: string,
  measure: MeasureName,
): Spread | undefined {
  const counted = turns.filter((turn) => turn.strategy === strategy && turn.status === 'ok')
  return spreadOf(counted.toSorted((a, b) => a.run - b.run).map((turn) => turn.measures[measure]))
}

export type Difference = 'lower' | 'higher' | 'no difference' | 'too few runs'

/**
 * How `a` differs from `b`. A difference needs at least {@link RUNS_TO_CLAIM} runs of each, with **all** runs of one beyond
 * all runs of the other. By chance alone, two equal strategies with 5 runs each differ in 1 of 126 cases.
 */
export function differenceOf(a: Spread | undefined, b: Spread | undefined): Difference {
  if ((a?.values.length ?? 0) < RUNS_TO_CLAIM || (b?.values.length ?? 0) < RUNS_TO_CLAIM) return 'too few runs'
  if (a!.max < b!.min) return 'lower'
  if (a!.min > b!.max) return 'higher'
  return 'no difference'
}
