import * as Plot from '@observablehq/plot'
import { type Chart, plot } from './draw.ts'
import { lookOf } from './look.ts'

export interface DotRow {
  readonly strategy: string
  readonly median: number
  /** One of each run. */
  readonly values: readonly number[]
}

/** One measure, a row for each strategy: a dot for each run, a stroke for the median. */
export function dotRows(document: Document, name: string, rows: readonly DotRow[], x: Plot.ScaleOptions): Chart {
  return plot(document, name, {
    width: 372,
    height: 46 + rows.length * 22,
    marginLeft: 168,
    marginRight: 26,
    marginTop: 8,
    marginBottom: 38,
    x,
    y: { type: 'band', domain: rows.map(({ strategy }) => strategy), label: null, padding: 0.3, tickSize: 0 },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.gridX({ strokeOpacity: 0.12 }),
      ...rows.map(({ strategy, median }) =>
        Plot.tickX([median], {
          x: (value: number) => value,
          y: () => strategy,
          stroke: lookOf(strategy).colour,
          strokeWidth: 2,
        }),
      ),
      ...rows.map(({ strategy, values }) =>
        Plot.dot(values, {
          x: (value: number) => value,
          y: () => strategy,
          r: 3.5,
          symbol: lookOf(strategy).symbol,
          stroke: lookOf(strategy).colour,
          fill: 'none',
          strokeWidth: 1.2,
        }),
      ),
    ],
  })
}
