/**
 * The map of strategies: what a read takes against what it costs the database. Further left and down is better. The best of each
 * is named, with the number of strategies that do not differ from it.
 */
import * as Plot from '@observablehq/plot'
import { bestOf, type Extent } from './best-of.ts'
import { costAxis } from './cost-axis.ts'
import { type Chart, plot } from './draw.ts'
import { lookOf } from './look.ts'
import { addLabels, type MapLabel } from './map-labels.ts'
import { widthOf } from './place-labels.ts'

export interface MapPoint {
  readonly strategy: string
  /** In ms. */
  readonly time: Extent
  /** In the unit of `loadsName`. */
  readonly loads: Extent
  /** Hollow otherwise. */
  readonly isFilled: boolean
  /** Whether it keeps its guarantee. If not, its name has a sign. */
  readonly isSound: boolean
  /** Whether it may be named best, or alike: it keeps its guarantee, and there are enough runs to claim that. */
  readonly canBeBest: boolean
  /** Shown when the pointer is on the symbol. */
  readonly title: string
}

export interface StrategyMap {
  readonly points: readonly MapPoint[]
  /** Lines through the points of these strategies, in any order. Default: none. */
  readonly fronts?: readonly { readonly strategies: readonly string[]; readonly isDashed: boolean }[]
  /** What `time` is, such as "read p50". */
  readonly timeName: string
  /** What `loads` is, such as "database loads/s". */
  readonly loadsName: string
  /** The accessible name. */
  readonly name: string
  /** What the sign of an unsound strategy means. */
  readonly unsound: string
  readonly width: number
  readonly height: number
}

const MARGINS = { marginLeft: 44, marginRight: 12, marginTop: 28, marginBottom: 40 }
const AXIS = { grid: true, inset: 24, tickFormat: String }
/** The good strategies are close together on the left and at the bottom: their labels need space on all sides. */
const SPACE = { left: 1 / 6, bottom: 1 / 6 }
/** A label may need this share of the width. */
const MOST = 0.8
/** Of a strategy that does not keep its guarantee. */
const SIGN = '‼'

/** Undefined without points. */
export function strategyMap(document: Document, map: StrategyMap): Chart | undefined {
  const { points, fronts = [], timeName, loadsName, name, unsound, width, height } = map
  if (points.length === 0) return undefined
  const chart = plot(document, name, {
    width,
    height,
    ...MARGINS,
    x: {
      ...costAxis(...rangeOf(points.map(({ time }) => time))),
      label: `${timeName}, ms →`,
      ...AXIS,
      insetLeft: SPACE.left * width,
    },
    y: {
      ...costAxis(...rangeOf(points.map(({ loads }) => loads))),
      label: `↑ ${loadsName}`,
      ...AXIS,
      insetBottom: SPACE.bottom * height,
    },
    marks: [
      ...fronts.map(({ strategies, isDashed }) =>
        Plot.line(
          points.filter(({ strategy }) => strategies.includes(strategy)).toSorted((a, b) => timeOf(a) - timeOf(b)),
          {
            ...at,
            curve: 'step-after',
            stroke: 'currentColor',
            ...(isDashed ? { strokeDasharray: '3 3' } : { strokeWidth: 1.5 }),
          },
        ),
      ),
      Plot.ruleY(points, {
        y: loadsOf,
        x1: ({ time }: MapPoint) => time.min,
        x2: ({ time }: MapPoint) => time.max,
        stroke: colourOf,
        strokeOpacity: 0.45,
      }),
      Plot.ruleX(points, {
        x: timeOf,
        y1: ({ loads }: MapPoint) => loads.min,
        y2: ({ loads }: MapPoint) => loads.max,
        stroke: colourOf,
        strokeOpacity: 0.45,
      }),
      ...points.map((point) =>
        Plot.dot([point], {
          ...at,
          symbol: lookOf(point.strategy).symbol,
          r: 5,
          stroke: colourOf(point),
          strokeWidth: 2,
          fill: point.isFilled ? colourOf(point) : 'var(--paper)',
          strokeOpacity: point.isSound ? 1 : 0.6,
          title: 'title',
        }),
      ),
    ],
  })
  const bounds = {
    left: MARGINS.marginLeft + 4,
    right: width - 2,
    top: MARGINS.marginTop - 8,
    bottom: height - MARGINS.marginBottom,
  }
  const corner = points.some(({ isSound }) => !isSound) ? `${SIGN} ${unsound}` : undefined
  addLabels(document, chart, labelsOf(points, chart, bounds.right - bounds.left), { bounds, corner })
  return chart
}

const timeOf = ({ time }: MapPoint) => time.median
const loadsOf = ({ loads }: MapPoint) => loads.median
const colourOf = ({ strategy }: MapPoint) => lookOf(strategy).colour
const at = { x: timeOf, y: loadsOf }

function rangeOf(extents: readonly Extent[]): [number, number] {
  return [Math.min(...extents.map(({ min }) => min)), Math.max(...extents.map(({ max }) => max))]
}

/** @param space the width that labels have: one that needs most of it is only the name, since "fastest" alone would claim too much */
function labelsOf(points: readonly MapPoint[], chart: Chart, space: number): MapLabel[] {
  const [x, y] = [chart.scale('x')!, chart.scale('y')!]
  const [xOf, yOf] = [(value: number) => Number(x.apply(value)), (value: number) => Number(y.apply(value))]
  const isContest = points.filter(({ canBeBest }) => canBeBest).length > 1
  const bests = [
    { ...bestOf(points, ({ time }) => time), is: 'fastest' },
    { ...bestOf(points, ({ loads }) => loads), is: 'fewest loads' },
  ]
  return points.map((point) => {
    const { strategy, time, loads, isSound } = point
    const own = isContest ? bests.filter(({ best }) => best === point) : []
    const name = isSound ? strategy : `${SIGN} ${strategy}`
    const claims = own.map(({ is, alike }) => (alike.length > 0 ? `${is} (${alike.length} alike)` : is))
    const long = [name, claims.join(', ')].filter(Boolean).join(': ')
    const [middleX, middleY] = [xOf(time.median), yOf(loads.median)]
    return {
      x: middleX,
      y: middleY,
      label: widthOf(long, true) < MOST * space ? long : name,
      colour: colourOf(point),
      isBold: own.length > 0,
      ranges: [
        { left: xOf(time.min), right: xOf(time.max), top: middleY - 1, bottom: middleY + 1 },
        { left: middleX - 1, right: middleX + 1, top: yOf(loads.max), bottom: yOf(loads.min) },
      ],
    }
  })
}
