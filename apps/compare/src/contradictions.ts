import type { Comparison } from './comparison.ts'
import { type MeasureName, measureNames } from './measures.ts'
import { differenceOf, figureOf } from './spread.ts'

/** A claimed difference between two strategies in a measure. */
export interface Claim {
  readonly measure: MeasureName
  readonly lower: string
  readonly higher: string
}

/** All differences that a comparison claims. */
export function claimsOf(comparison: Comparison): Claim[] {
  const names = comparison.strategies.map(({ name }) => name)
  return measureNames.flatMap((measure) =>
    names.flatMap((lower) =>
      names
        .filter((higher) => isLower(comparison, measure, lower, higher))
        .map((higher): Claim => ({ measure, lower, higher })),
    ),
  )
}

/** The claims of `one` that `other` reverses. */
export function contradictionsBetween(one: Comparison, other: Comparison): Claim[] {
  return claimsOf(one).filter(({ measure, lower, higher }) => isLower(other, measure, higher, lower))
}

function isLower(comparison: Comparison, measure: MeasureName, a: string, b: string): boolean {
  return differenceOf(figureOf(comparison, a, measure), figureOf(comparison, b, measure)) === 'lower'
}
