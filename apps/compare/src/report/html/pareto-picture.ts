import type { Comparison } from '../../comparison.ts'
import { paretoChart } from './pareto-chart.ts'
import { standalone } from './standalone.ts'

const SIZE = { width: 900, height: 460 }

/** The picture as a separate SVG file. Undefined if no strategy has both figures. */
export function paretoPicture(comparison: Comparison): string | undefined {
  const chart = paretoChart(comparison, SIZE)
  return chart && standalone(chart)
}
