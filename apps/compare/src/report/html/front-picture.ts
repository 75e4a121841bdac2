import type { Comparison } from '../../comparison.ts'
import { frontChart } from './front-chart.ts'
import { standalone } from './standalone.ts'

const SIZE = { width: 900, height: 460 }

/** The picture as a separate SVG file. Undefined if no strategy has both figures. */
export function frontPicture(comparison: Comparison): string | undefined {
  const chart = frontChart(comparison, SIZE)
  return chart && standalone(chart)
}
