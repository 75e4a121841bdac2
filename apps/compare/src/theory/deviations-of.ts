import type { Comparison } from '../comparison.ts'
import { figureOf } from '../spread.ts'
import type { Deviation } from './deviation.ts'
import { predict } from './predict.ts'

/** Compares every prediction with the median of the runs that count. Predictions without a measured figure are left out. */
export function deviationsOf(comparison: Comparison): Deviation[] {
  return comparison.strategies.flatMap((strategy) =>
    predict(strategy, comparison.config).flatMap((prediction): Deviation[] => {
      const measured = figureOf(comparison, strategy.name, prediction.measure)
      if (measured === undefined) return []
      const over = measured.median - prediction.predicted
      const deviates = (prediction.kind === 'at most' ? over : Math.abs(over)) > prediction.tolerance
      return [{ strategy: strategy.name, ...prediction, measured, deviates }]
    }),
  )
}
