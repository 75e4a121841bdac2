import type { MeasureName } from '../measures.ts'

/** Theory's prediction of a figure. */
export interface Prediction {
  readonly measure: MeasureName
  readonly predicted: number
  /** The allowed difference of the median, in the measure's unit. */
  readonly tolerance: number
  /** `at most`: only more than `predicted` and the tolerance deviates. */
  readonly kind: 'equal' | 'at most'
  /** The formula in words, and its source. */
  readonly basis: string
}
