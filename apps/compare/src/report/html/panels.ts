/** Small multiples: a panel for each strategy, all on the same scale, with the others faint behind it. */
import * as Plot from '@observablehq/plot'
import { CEILING } from 'strategies'
import type { Comparison } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { figureOf } from '../../spread.ts'
import { formatMs, formatShare } from '../format.ts'
import { STALENESS_TIMES_MS, stalenessOf } from '../staleness-curve.ts'
import { costAxis } from './cost-axis.ts'
import { drawn, plot } from './draw.ts'
import { lookOf } from './look.ts'
import type { Html } from './template.ts'

export interface Panel {
  readonly strategy: string
  readonly chart: Html
}

interface Point {
  readonly x: number | string
  readonly y: number
}

interface Lines {
  readonly strategy: string
  /** The thick line: the median of the runs, or all runs together. */
  readonly main: readonly Point[]
  readonly runs: readonly (readonly Point[])[]
}

const SIZE = { width: 240, height: 170, marginLeft: 42, marginRight: 14, marginTop: 12, marginBottom: 34 }

const QUANTILES = [
  ['p50', 'readP50Ms'],
  ['p90', 'readP90Ms'],
  ['p99', 'readP99Ms'],
  ['p99.9', 'readP999Ms'],
] as const satisfies readonly (readonly [string, MeasureName])[]

/** Quantiles of the reads' latency. */
export function latencyPanels(comparison: Comparison): readonly Panel[] {
  const lines = comparison.strategies.map(({ name }): Lines => {
    const turns = comparison.turns.filter((turn) => turn.strategy === name && turn.status === 'ok')
    return {
      strategy: name,
      main: known(QUANTILES.map(([x, measure]) => ({ x, y: figureOf(comparison, name, measure)?.median }))),
      runs: turns.map((turn) => known(QUANTILES.map(([x, measure]) => ({ x, y: turn.measures[measure] })))),
    }
  })
  return panels(lines, {
    x: { type: 'point', domain: QUANTILES.map(([x]) => x), label: null },
    y: { ...costAxis(...rangeOf(lines)), label: null, tickFormat: String },
    describe: ({ strategy, main }) =>
      `Read latency of ${strategy}: ${main.map(({ x, y }) => `${x} ${y.toPrecision(3)} ms`).join(', ')}`,
  })
}

/** Share of the writes that are still read stale after each time. */
export function stalenessPanels(comparison: Comparison): readonly Panel[] {
  const lines = comparison.strategies.map(({ name }): Lines => {
    const curve = (run?: number) =>
      known(stalenessOf(comparison, name, run).shares.map((y, at) => ({ x: STALENESS_TIMES_MS[at]!, y })))
    const runs = Array.from({ length: comparison.config.runs }, (_, at) => curve(at + 1))
    return { strategy: name, main: curve(), runs: runs.filter((run) => run.length > 0) }
  })
  const [, largest] = rangeOf(lines)
  return panels(lines, {
    x: {
      type: 'log',
      domain: [STALENESS_TIMES_MS[0], STALENESS_TIMES_MS.at(-1)!],
      label: null,
      ticks: [1, 10, 100, 1_000, 10_000],
      tickFormat: formatMs,
    },
    // 0.1 % must be visible beside 50 %, and 0 must be on the scale.
    y: {
      type: 'sqrt',
      domain: [0, Math.max(0.01, largest)],
      label: null,
      ticks: 4,
      tickFormat: (share: number) => `${Number((share * 100).toPrecision(2))} %`,
    },
    describe: ({ strategy, main }) =>
      `Writes of ${strategy} still read stale: ${main.map(({ x, y }) => `${formatShare(y)} after ${formatMs(Number(x))}`).join(', ')}`,
  })
}

/** Left out: their figure is fixed by definition and would only set the scale. The table has it. */
const BOUNDS = { hitRatio: ['no-cache', CEILING], loadsPerSecond: [CEILING] }

/** One measure, a row for each strategy: a dot for each run, a stroke for the median. */
export function runDots(comparison: Comparison, measure: 'hitRatio' | 'loadsPerSecond'): Html | undefined {
  const rows = comparison.strategies.flatMap(({ name }) => {
    const spread = figureOf(comparison, name, measure)
    return spread && !BOUNDS[measure].includes(name) ? [{ name, spread }] : []
  })
  if (rows.length === 0) return undefined
  const isRatio = measures[measure].unit === 'ratio'
  const [least, most] = [
    Math.min(...rows.map(({ spread }) => spread.min)),
    Math.max(...rows.map(({ spread }) => spread.max)),
  ]
  const dots = rows.flatMap(({ name, spread }) => spread.values.map((value) => ({ name, value })))
  const chart = plot({
    width: 372,
    height: 46 + rows.length * 22,
    marginLeft: 168,
    marginRight: 26,
    marginTop: 8,
    marginBottom: 38,
    style: { background: 'none', fontSize: '11px' },
    x: {
      label: `${measures[measure].title} →`,
      ...(isRatio ? { nice: true, ticks: 4 } : { inset: 8, ...costAxis(least, most) }),
      tickFormat: (value: number) => (isRatio ? `${Number((value * 100).toPrecision(3))} %` : String(value)),
    },
    y: { type: 'band', domain: rows.map(({ name }) => name), label: null, padding: 0.3, tickSize: 0 },
    marks: [
      Plot.gridY({ strokeOpacity: 0.12 }),
      Plot.gridX({ strokeOpacity: 0.12 }),
      ...rows.map(({ name, spread }) =>
        Plot.tickX([spread.median], {
          x: (median: number) => median,
          y: () => name,
          stroke: lookOf(name).colour,
          strokeWidth: 2,
        }),
      ),
      ...rows.map(({ name }) =>
        Plot.dot(
          dots.filter((dot) => dot.name === name),
          {
            x: 'value',
            y: 'name',
            r: 3.5,
            symbol: lookOf(name).symbol,
            stroke: lookOf(name).colour,
            fill: 'none',
            strokeWidth: 1.2,
          },
        ),
      ),
    ],
  })
  return drawn(
    chart,
    `${measures[measure].title} of ${rows.length} strategies, a mark for each run. The table beside it has the figures.`,
  )
}

interface PanelOptions {
  readonly x: Plot.ScaleOptions
  readonly y: Plot.ScaleOptions
  readonly describe: (lines: Lines) => string
}

function panels(all: readonly Lines[], { x, y, describe }: PanelOptions): readonly Panel[] {
  return all
    .filter(({ main }) => main.length > 0)
    .map((lines) => {
      const { colour, symbol, dashes } = lookOf(lines.strategy)
      const chart = plot({
        ...SIZE,
        style: { background: 'none', fontSize: '10px' },
        x,
        y: { grid: true, ...y },
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
      return { strategy: lines.strategy, chart: drawn(chart, describe(lines)) }
    })
}

function known(points: readonly { x: number | string; y: number | null | undefined }[]): Point[] {
  return points.flatMap(({ x, y }) => (y === null || y === undefined ? [] : [{ x, y }]))
}

/** Over all lines and runs, so that every panel has the same scale. */
function rangeOf(lines: readonly Lines[]): [number, number] {
  const values = lines.flatMap(({ main, runs }) => [...main, ...runs.flat()].map(({ y }) => y))
  return values.length === 0 ? [1, 10] : [Math.min(...values), Math.max(...values)]
}
