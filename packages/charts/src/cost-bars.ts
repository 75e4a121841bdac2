import * as Plot from '@observablehq/plot'
import { type Chart, plot } from './draw.ts'

export interface CostBar {
  readonly text: string
  /** A CSS colour. */
  readonly colour: string
  readonly isStrong: boolean
  /** Costs as a multiple of the floor's: the median, and the quartiles. */
  readonly median: number
  readonly q1: number
  readonly q3: number
}

/** Bars under a title, in the given order. */
export interface CostGroup {
  readonly title: string
  readonly bars: readonly CostBar[]
}

type Line = { readonly id: string; readonly text: string }
type Bar = CostBar & Line

const WIDTH = 900
const LINE_HEIGHT = 17
const MARGINS = { marginLeft: 230, marginRight: 90, marginTop: 34, marginBottom: 12 }
const TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** Costs as multiples of a floor, on a logarithmic scale. Undefined without bars. @param label of the scale */
export function costBars(
  document: Document,
  name: string,
  groups: readonly CostGroup[],
  label: string,
): Chart | undefined {
  const heads: Line[] = []
  const bars: Bar[] = []
  const order: Line[] = []
  for (const group of groups) {
    const head = { id: `${group.title}:`, text: group.title }
    const own = group.bars.map((bar) => ({ ...bar, id: `${group.title}:${bar.text}` }))
    heads.push(head)
    bars.push(...own)
    order.push(head, ...own)
  }
  if (bars.length === 0) return undefined
  const from = Math.min(0.9, ...bars.map(({ median }) => median))
  const to = Math.max(2, ...bars.map(({ q3 }) => q3))
  const ticks = TICKS.filter((tick) => tick >= from && tick <= to)
  const textOf = new Map(order.map(({ id, text }) => [id, text]))
  return plot(document, name, {
    width: WIDTH,
    height: MARGINS.marginTop + MARGINS.marginBottom + order.length * LINE_HEIGHT,
    ...MARGINS,
    x: { type: 'log', domain: [from, to] },
    y: { domain: order.map(({ id }) => id), padding: 0.35 },
    marks: [
      Plot.gridX(ticks),
      Plot.axisX(ticks, { anchor: 'top', text: (tick: number) => String(tick), label }),
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
      Plot.barX(bars, {
        y: 'id',
        x1: 1,
        x2: 'median',
        fill: (bar: Bar) => bar.colour,
        fillOpacity: (bar: Bar) => (bar.isStrong ? 1 : 0.55),
      }),
      Plot.ruleY(bars, { y: 'id', x1: (bar: Bar) => Math.max(from, bar.q1), x2: 'q3', stroke: 'currentColor' }),
      Plot.ruleX([1], { stroke: 'currentColor' }),
      Plot.text(bars, {
        y: 'id',
        x: (bar: Bar) => Math.max(1, bar.q3),
        text: (bar: Bar) => `× ${bar.median.toPrecision(bar.median < 100 ? 2 : 3)}`,
        textAnchor: 'start',
        dx: 6,
        className: 'halo',
      }),
    ],
  })
}
