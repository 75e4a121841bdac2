import * as Plot from '@observablehq/plot'
import type { Comparison } from '../../comparison.ts'
import type { Spread } from '../../spread.ts'
import { MARK_SIGNS } from '../content/content.ts'
import { formatSpread } from '../format.ts'
import { isFresh, type ParetoPoint, paretoPoints } from '../pareto.ts'
import { costAxis } from './cost-axis.ts'
import { type Chart, document, drawn, plot } from './draw.ts'
import { lookOf } from './look.ts'
import { placeLabels } from './place-labels.ts'
import type { Html } from './template.ts'

export interface ChartSize {
  readonly width: number
  readonly height: number
}

/** Read p50 against loads/s, with the front. Undefined if no strategy has both figures. */
export function paretoChart(comparison: Comparison, { width, height }: ChartSize): Html | undefined {
  const points = paretoPoints(comparison)
  if (points.length === 0) return undefined
  const margins = { marginLeft: 44, marginRight: 12, marginTop: 28, marginBottom: 40 }
  const inFront = points.filter(({ onFront }) => onFront)
  const inFreshFront = points.filter(({ onFreshFront }) => onFreshFront)
  const latencies = rangeOf(points.map(({ latency }) => latency))
  const loads = rangeOf(points.map(({ loads }) => loads))
  const chart = plot({
    width,
    height,
    ...margins,
    style: { background: 'none', fontSize: '11px', overflow: 'visible' },
    x: { ...costAxis(...latencies), label: 'read p50, ms →', ...AXIS },
    y: { ...costAxis(...loads), label: '↑ loads/s', ...AXIS },
    marks: [
      Plot.line(byLatency(inFront), { ...at, curve: 'step-after', stroke: 'currentColor', strokeDasharray: '3 3' }),
      Plot.line(byLatency(inFreshFront), { ...at, curve: 'step-after', stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.ruleY(points, {
        y: loadsOf,
        x1: (point: ParetoPoint) => point.latency.min,
        x2: (point: ParetoPoint) => point.latency.max,
        stroke: colourOf,
        strokeOpacity: 0.45,
      }),
      Plot.ruleX(points, {
        x: latencyOf,
        y1: (point: ParetoPoint) => point.loads.min,
        y2: (point: ParetoPoint) => point.loads.max,
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
          fill: isFresh(point) && point.keepsGuarantee ? colourOf(point) : 'var(--paper)',
          strokeOpacity: point.keepsGuarantee ? 1 : 0.6,
          title: describe,
        }),
      ),
    ],
  })
  addLabels(chart, points, {
    left: margins.marginLeft + 4,
    right: width - 2,
    top: margins.marginTop - 8,
    bottom: height - margins.marginBottom,
  })
  return drawn(
    chart,
    `Read p50 against loads per second of ${points.length} strategies. On the front: ${inFront.map(({ strategy }) => strategy).join(', ')}.${points.every(({ keepsGuarantee }) => keepsGuarantee) ? '' : ` ${BREAKS}.`} The table below has the figures.`,
  )
}

const BREAKS = `${MARK_SIGNS.alarm} breaks its guarantee, so it is on no front`

function labelOf({ strategy, keepsGuarantee }: ParetoPoint): string {
  return keepsGuarantee ? strategy : `${MARK_SIGNS.alarm} ${strategy}`
}

const AXIS = { grid: true, inset: 24, tickFormat: String }

function rangeOf(spreads: readonly Spread[]): [number, number] {
  return [Math.min(...spreads.map(({ min }) => min)), Math.max(...spreads.map(({ max }) => max))]
}

const latencyOf = (point: ParetoPoint) => point.latency.median
const loadsOf = (point: ParetoPoint) => point.loads.median
const colourOf = (point: ParetoPoint) => lookOf(point.strategy).colour
const at = { x: latencyOf, y: loadsOf }

function byLatency(points: readonly ParetoPoint[]): ParetoPoint[] {
  return points.toSorted((a, b) => latencyOf(a) - latencyOf(b))
}

function describe(point: ParetoPoint): string {
  const { median: p50 } = formatSpread('readP50Ms', point.latency)
  const { median: loads } = formatSpread('loadsPerSecond', point.loads)
  return `${point.strategy}: read p50 ${p50} ms, ${loads} loads/s, stale reads ${formatSpread('staleReadRatio', point.stale).median}`
}

function addLabels(chart: Chart, points: readonly ParetoPoint[], bounds: Parameters<typeof placeLabels>[1]): void {
  const [x, y] = [chart.scale('x'), chart.scale('y')]
  if (!x || !y) return
  const labelled = points.map((point) => ({
    x: Number(x.apply(latencyOf(point))),
    y: Number(y.apply(loadsOf(point))),
    label: labelOf(point),
    colour: colourOf(point),
  }))
  const ranges = points.map(({ latency, loads }) => {
    const [middleX, middleY] = [Number(x.apply(latency.median)), Number(y.apply(loads.median))]
    return [
      {
        left: Number(x.apply(latency.min)),
        right: Number(x.apply(latency.max)),
        top: middleY - 1,
        bottom: middleY + 1,
      },
      { left: middleX - 1, right: middleX + 1, top: Number(y.apply(loads.max)), bottom: Number(y.apply(loads.min)) },
    ]
  })
  const svg = (name: string, attributes: Readonly<Record<string, string | number>>, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
    element.textContent = text
    return element
  }
  const group = svg('g', { 'text-anchor': 'start', 'font-size': 11, stroke: 'none' })
  for (const { x, y, textX, textY, far, label, colour } of placeLabels(labelled, bounds, ranges.flat())) {
    const width = label.length * 6.2
    const towards = textX > x ? textX - 2 : textX + width < x ? textX + width + 2 : x
    if (far) {
      group.append(svg('line', { x1: x, y1: y, x2: towards, y2: textY, stroke: colour, 'stroke-opacity': 0.8 }))
    }
    group.append(svg('text', { x: textX, y: textY, dy: '0.35em', class: 'halo' }, label))
  }
  if (points.some(({ keepsGuarantee }) => !keepsGuarantee)) {
    group.append(
      svg('text', { x: bounds.right - BREAKS.length * 5.6, y: 10, 'font-size': 10, fill: 'currentColor' }, BREAKS),
    )
  }
  chart.append(group)
}
