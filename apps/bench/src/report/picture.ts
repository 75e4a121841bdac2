import * as Plot from '@observablehq/plot'
import { drawn, plot, standalone } from 'compare/drawing'
import { FLOOR, isFloor, isOurs, type LibraryName } from '../libraries/names.ts'
import type { Bench } from '../results.ts'
import { type Column, columns, groupOf } from './columns.ts'
import { entryOf, ratioOf, type Spread } from './compared.ts'

/** A bar, or the title above the bars of a column. */
interface Line {
  readonly id: string
  readonly text: string
  readonly library?: LibraryName
  readonly ratio?: Spread
}
type Bar = Line & { readonly ratio: Spread; readonly library: LibraryName }

const WIDTH = 900
const LINE_HEIGHT = 17
const MARGINS = { marginLeft: 230, marginRight: 90, marginTop: 34, marginBottom: 12 }
const TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** An SVG file: every library's cost as a multiple of the floor's, row by row, the cheapest first. Undefined without any figure. */
export function benchPicture(bench: Bench): string | undefined {
  const titles = new Map(bench.libraries.map(({ name, title }) => [name, title]))
  const lines = columns.flatMap((column) => linesOf(bench, column, titles))
  const bars = lines.filter((line): line is Bar => line.ratio !== undefined)
  if (bars.length === 0) return undefined
  const from = Math.min(0.9, ...bars.map(({ ratio }) => ratio.median))
  const to = Math.max(2, ...bars.map(({ ratio }) => ratio.q3))
  const ticks = TICKS.filter((tick) => tick >= from && tick <= to)
  const textOf = new Map(lines.map(({ id, text }) => [id, text]))
  const heads = lines.filter(({ ratio }) => ratio === undefined)
  const chart = plot({
    width: WIDTH,
    height: MARGINS.marginTop + MARGINS.marginBottom + lines.length * LINE_HEIGHT,
    ...MARGINS,
    style: { background: 'none', fontSize: '11px', overflow: 'visible' },
    x: { type: 'log', domain: [from, to] },
    y: { domain: lines.map(({ id }) => id), padding: 0.35 },
    marks: [
      Plot.gridX(ticks),
      Plot.axisX(ticks, {
        anchor: 'top',
        text: (tick: number) => String(tick),
        label: 'times the floor: a Map, or a bare Redis client →',
      }),
      Plot.axisY(
        bars.map(({ id }) => id),
        { text: (id: string) => textOf.get(id)!, label: null, tickSize: 0 },
      ),
      Plot.text(heads, {
        y: 'id',
        text: 'text',
        frameAnchor: 'left',
        textAnchor: 'start',
        dx: 8 - MARGINS.marginLeft,
        fontWeight: 'bold',
      }),
      Plot.barX(bars, { y: 'id', x1: 1, x2: (bar: Bar) => bar.ratio.median, fill: colourOf, fillOpacity: opacityOf }),
      Plot.ruleY(bars, {
        y: 'id',
        x1: (bar: Bar) => Math.max(from, bar.ratio.q1),
        x2: (bar: Bar) => bar.ratio.q3,
        stroke: 'currentColor',
      }),
      Plot.ruleX([1], { stroke: 'currentColor' }),
      Plot.text(bars, {
        y: 'id',
        x: (bar: Bar) => Math.max(1, bar.ratio.q3),
        text: (bar: Bar) => `× ${bar.ratio.median.toPrecision(bar.ratio.median < 100 ? 2 : 3)}`,
        textAnchor: 'start',
        dx: 6,
        className: 'halo',
      }),
    ],
  })
  const spoken = bars.map(({ id, ratio }) => `${id.replace(':', ', ')} ${ratio.median.toPrecision(2)}`)
  return standalone(
    drawn(chart, `Cost as a multiple of the floor, medians of ${bench.options.rounds} rounds: ${spoken.join('; ')}.`),
  )
}

function linesOf(bench: Bench, column: Column, titles: ReadonlyMap<string, string>): Line[] {
  const group = groupOf(bench, column)
  const floor = group && entryOf(group, FLOOR)
  if (group === undefined || floor === undefined) return []
  const bars: Bar[] = []
  for (const entry of group.entries) {
    const { library } = entry
    const ratio = ratioOf(entry, floor, column.figure)
    // A logarithm needs a positive value: a wait can be shorter than the load, by the clock's precision.
    if (library === FLOOR || ratio === undefined || ratio.q1 <= 0) continue
    bars.push({ id: `${column.title}:${library}`, text: titles.get(library) ?? library, library, ratio })
  }
  bars.sort((a, b) => a.ratio.median - b.ratio.median)
  return bars.length === 0 ? [] : [{ id: `${column.title}:`, text: column.title }, ...bars]
}

const colourOf = ({ library }: Bar) => `var(--${isOurs(library) ? 'blue' : isFloor(library) ? 'ink' : 'slate'})`
const opacityOf = ({ library }: Bar) => (isOurs(library) ? 1 : 0.55)
