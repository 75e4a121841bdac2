/** Small multiples: a panel for each strategy, all on the same scale, with the others faint behind it. */
import * as Plot from '@observablehq/plot'
import { type Chart, plot } from './draw.ts'
import { lookOf } from './look.ts'

export interface Point {
  readonly x: number | string
  readonly y: number
}

export interface Lines {
  readonly strategy: string
  /** The accessible name of its panel. */
  readonly name: string
  /** The thick line: the median of the runs, or all runs together. */
  readonly main: readonly Point[]
  readonly runs: readonly (readonly Point[])[]
}

export interface PanelOptions {
  readonly x: Plot.ScaleOptions
  readonly y: Plot.ScaleOptions
}

const SIZE = { width: 240, height: 170, marginLeft: 42, marginRight: 14, marginTop: 12, marginBottom: 34 }

/** In the given order. A strategy without a thick line has no panel. */
export function panels(
  document: Document,
  all: readonly Lines[],
  { x, y }: PanelOptions,
): readonly { readonly strategy: string; readonly chart: Chart }[] {
  return all
    .filter(({ main }) => main.length > 0)
    .map((lines) => {
      const { colour, symbol, dashes } = lookOf(lines.strategy)
      const chart = plot(document, lines.name, {
        ...SIZE,
        fontSize: 10,
        x: { label: null, ...x },
        y: { label: null, grid: true, ...y },
        marks: [
          ...all
            .filter((other) => other !== lines)
            .map(({ main }) =>
              Plot.line(main, { x: 'x', y: 'y', stroke: 'currentColor', strokeOpacity: 0.13, strokeWidth: 1 }),
            ),
          ...lines.runs.map((run) =>
            Plot.line(run, { x: 'x', y: 'y', stroke: colour, strokeOpacity: 0.55, strokeWidth: 1 }),
          ),
          Plot.line(lines.main, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2.2, strokeDasharray: dashes }),
          Plot.dot(lines.main, { x: 'x', y: 'y', symbol, r: 3, stroke: colour, fill: colour }),
        ],
      })
      return { strategy: lines.strategy, chart }
    })
}
