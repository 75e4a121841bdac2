/** A chart of one measure of one strategy. Its uPlot is made at the first drawing and then reused. */
import uPlot from 'uplot'
import { colours } from './colours.ts'
import type { History } from './history.ts'
import { labelPlace } from './label-place.ts'
import { concerns, type TimedMark } from './marks.ts'
import type { Curve, Measure } from './measures.ts'
import { paths } from './paths.ts'

/** What all charts draw: the same time, and per measure the same scale. */
export interface Frame {
  /** Whether stale values are counted. */
  readonly countsStale: boolean
  readonly history: History
  readonly seconds: number
  /** The newest numbers to leave out: those that came while paused. */
  readonly skip: number
  readonly marks: readonly TimedMark[]
  /** The upper ends of the scales. */
  readonly maxOf: Readonly<Record<Measure['name'], number>>
}

const HEIGHT = 46
const FONT_PX = 10
const LABEL_GAP_PX = 4
/** Characters of a mark's label. */
const MAX_LABEL = 22

export class LaneChart {
  readonly #host: HTMLElement
  readonly #strategy: string
  readonly #measure: Measure
  #plot: uPlot | undefined
  #frame: Frame | undefined

  constructor(host: HTMLElement, strategy: string, measure: Measure) {
    this.#host = host
    this.#strategy = strategy
    this.#measure = measure
  }

  draw(frame: Frame, width: number): void {
    const lane = frame.history.lane(this.#strategy)
    if (lane === undefined || width === 0) return
    this.#frame = frame
    this.#plot ??= this.#create(width)
    if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT })
    const { history, seconds, skip } = frame
    const points = seconds + 2
    const data = [history.times.latest(points, skip)]
    for (const { from } of this.#measure.curves) data.push(lane[from].latest(points, skip))
    const end = history.end(skip) / 1_000
    const plot = this.#plot
    plot.batch(() => {
      plot.setData(data, false)
      plot.setScale('x', { min: end - seconds, max: end })
      plot.setScale('y', { min: this.#measure.min, max: frame.maxOf[this.#measure.name] })
    })
  }

  #create(width: number): uPlot {
    const { curves, min } = this.#measure
    return new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [1, 1, 1, 1],
        legend: { show: false },
        cursor: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: { x: { time: false, auto: false }, y: { auto: false, distr: min > 0 ? 3 : 1 } },
        series: [{}, ...curves.map(seriesOf)],
        hooks: { drawClear: [(plot) => this.#drawGrid(plot)], draw: [(plot) => this.#drawMarks(plot)] },
      },
      [[], ...curves.map(() => [])],
      this.#host,
    )
  }

  #drawGrid({ ctx, bbox }: uPlot): void {
    ctx.save()
    ctx.strokeStyle = colours.line
    ctx.lineWidth = uPlot.pxRatio
    ctx.beginPath()
    for (const y of [bbox.top, bbox.top + bbox.height]) {
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
    }
    ctx.stroke()
    ctx.restore()
  }

  /** Above the curves: the lines of marks, then the labels on the paper's colour. */
  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot
    const { min, max } = plot.scales.x!
    const shown = this.#frame!.marks.filter(
      (mark) => mark.atSeconds >= min! && mark.atSeconds <= max! && concerns(mark, this.#strategy),
    )
    ctx.save()
    ctx.font = `${FONT_PX * uPlot.pxRatio}px system-ui, sans-serif`
    ctx.textBaseline = 'top'
    ctx.strokeStyle = colours.ink
    ctx.lineWidth = uPlot.pxRatio
    ctx.setLineDash([2 * uPlot.pxRatio, 2 * uPlot.pxRatio])
    const scaleEnd = this.#measure.format(this.#frame!.maxOf[this.#measure.name])
    writeLabel(ctx, scaleEnd, bbox.left, bbox.top, colours.soft)
    const places = shown.map((mark) => Math.round(plot.valToPos(mark.atSeconds, 'x', true)) + 0.5)
    ctx.beginPath()
    for (const x of places) {
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
    }
    ctx.stroke()
    if (this.#measure.labelsMarks) {
      let right = bbox.left + bbox.width
      for (let i = shown.length - 1; i >= 0; i--) right = this.#labelMark(ctx, shown[i]!.label, places[i]!, right, bbox)
    }
    ctx.restore()
  }

  /** At the bottom. @param right where the next newer label begins @returns the same for the next older one */
  #labelMark(ctx: CanvasRenderingContext2D, label: string, x: number, right: number, bbox: uPlot.BBox): number {
    const gap = LABEL_GAP_PX * uPlot.pxRatio
    const text = label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label
    const left = labelPlace(x, ctx.measureText(text).width + gap, { left: bbox.left, right })
    if (left === undefined) return right
    writeLabel(ctx, text, left + gap / 2, bbox.top + bbox.height - (FONT_PX + 4) * uPlot.pxRatio, colours.ink)
    return left
  }
}

function seriesOf({ shape, ink }: Curve): uPlot.Series {
  const isFaint = shape === 'thin line' || shape === 'rings'
  const series: uPlot.Series = {
    stroke: () => withAlpha(colours[ink], isFaint ? 0.55 : 1),
    width: shape === 'bars' ? 0 : isFaint ? 1 : 1.5,
    paths: paths[shape],
    points: { show: false },
  }
  if (shape === 'area') series.fill = () => withAlpha(colours[ink], 0.16)
  if (shape === 'dots' || shape === 'bars') series.fill = () => colours[ink]
  return series
}

/** @param colour as #rrggbb */
function withAlpha(colour: string, alpha: number): string {
  return `${colour}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`
}

function writeLabel(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  const { width } = ctx.measureText(text)
  ctx.globalAlpha = 0.8
  ctx.fillStyle = colours.paper
  ctx.fillRect(x, y + uPlot.pxRatio, width + 2 * uPlot.pxRatio, (FONT_PX + 2) * uPlot.pxRatio)
  ctx.globalAlpha = 1
  ctx.fillStyle = colour
  ctx.fillText(text, x + uPlot.pxRatio, y + 2 * uPlot.pxRatio)
}
