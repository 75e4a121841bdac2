import type { MeasureName } from '../measures.ts'
import type { Spread } from '../spread.ts'

/** What theory says a figure should be, beside what it was. */
export interface Deviation {
  readonly strategy: string
  readonly measure: MeasureName
  readonly predicted: number
  /** `at most`: only more than `predicted` deviates. */
  readonly kind: 'equal' | 'at most'
  /** By so much the median may differ, in the measure's own unit. */
  readonly tolerance: number
  readonly measured: Spread
  readonly deviates: boolean
  /** The formula in words, and its source. */
  readonly basis: string
}
