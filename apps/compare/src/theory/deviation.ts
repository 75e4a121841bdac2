import type { MeasureName } from '../measures.ts'
import type { Spread } from '../spread.ts'

/** A prediction and the measured figure. */
export interface Deviation {
  readonly strategy: string
  readonly measure: MeasureName
  readonly predicted: number
  /** `at most`: only a figure above `predicted` deviates. */
  readonly kind: 'equal' | 'at most'
  /** The allowed difference of the median, in the measure's unit. */
  readonly tolerance: number
  readonly measured: Spread
  readonly deviates: boolean
  /** The formula in words, and its source. */
  readonly basis: string
}
