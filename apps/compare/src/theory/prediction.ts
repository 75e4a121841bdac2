import type { MeasureName } from '../measures.ts'

/** What theory says of a figure, before anything is measured. */
export interface Prediction {
  readonly measure: MeasureName
  readonly predicted: number
  /** By so much the median may differ, in the measure's own unit. */
  readonly tolerance: number
  /** `at most`: only more than `predicted` and the tolerance deviates. */
  readonly kind: 'equal' | 'at most'
  /** The formula in words, and its source. */
  readonly basis: string
}
