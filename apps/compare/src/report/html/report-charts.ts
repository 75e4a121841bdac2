/** The charts of a report, from its figures. */
import { type Chart, costAxis, dotRows, type Lines, type MapPoint, type Point, panels, strategyMap } from 'charts'
import { CEILING } from 'strategies/names'
import type { Comparison } from '../../comparison.ts'
import { type MeasureName, measures } from '../../measures.ts'
import { figureOf, RUNS_TO_CLAIM } from '../../spread.ts'
import { formatMs, formatShare, formatSpread } from '../format.ts'
import { isFresh, type ParetoPoint, paretoPoints } from '../pareto.ts'
import { STALENESS_TIMES_MS, stalenessOf } from '../staleness-curve.ts'

export interface Panel {
  readonly strategy: string
  readonly chart: Chart
}

/** Read p50 against loads/s, with the fronts. Undefined if no strategy has both figures. */
export function paretoMap(
  document: Document,
  comparison: Comparison,
  size: { readonly width: number; readonly height: number },
): Chart | undefined {
  const points = paretoPoints(comparison)
  const onFront = points.filter((point) => point.onFront).map(({ strategy }) => strategy)
  const onFreshFront = points.filter((point) => point.onFreshFront).map(({ strategy }) => strategy)
  const breaks = points.every(({ keepsGuarantee }) => keepsGuarantee) ? '' : ` ‼ ${UNSOUND}.`
  return strategyMap(document, {
    ...size,
    points: points.map(mapPoint),
    fronts: [
      { strategies: onFront, isDashed: true },
      { strategies: onFreshFront, isDashed: false },
    ],
    timeName: 'read p50',
    loadsName: 'database loads/s',
    name: `Read p50 against loads per second of ${points.length} strategies. On the front: ${onFront.join(', ')}.${breaks} The table below has the figures.`,
    unsound: UNSOUND,
  })
}

const UNSOUND = 'breaks its guarantee, so it is on no front'

function mapPoint(point: ParetoPoint): MapPoint {
  const { strategy, latency, loads, stale, keepsGuarantee } = point
  const { median: p50 } = formatSpread('readP50Ms', latency)
  const { median: perSecond } = formatSpread('loadsPerSecond', loads)
  return {
    strategy,
    time: latency,
    loads,
    isFilled: isFresh(point),
    isSound: keepsGuarantee,
    canBeBest: keepsGuarantee && latency.values.length >= RUNS_TO_CLAIM && loads.values.length >= RUNS_TO_CLAIM,
    title: `${strategy}: read p50 ${p50} ms, ${perSecond} loads/s, stale reads ${formatSpread('staleReadRatio', stale).median}`,
  }
}

const QUANTILES = [
  ['p50', 'readP50Ms'],
  ['p90', 'readP90Ms'],
  ['p99', 'readP99Ms'],
  ['p99.9', 'readP999Ms'],
] as const satisfies readonly (readonly [string, MeasureName])[]

/** Quantiles of the reads' latency. */
export function latencyPanels(document: Document, comparison: Comparison): readonly Panel[] {
  const lines = comparison.strategies.map(({ name }): Lines => {
    const turns = comparison.turns.filter((turn) => turn.strategy === name && turn.status === 'ok')
    const main = known(QUANTILES.map(([x, measure]) => ({ x, y: figureOf(comparison, name, measure)?.median })))
    return {
      strategy: name,
      name: `Read latency of ${name}: ${main.map(({ x, y }) => `${x} ${y.toPrecision(3)} ms`).join(', ')}`,
      main,
      runs: turns.map((turn) => known(QUANTILES.map(([x, measure]) => ({ x, y: turn.measures[measure] })))),
    }
  })
  return panels(document, lines, {
    x: { type: 'point', domain: QUANTILES.map(([x]) => x) },
    y: { ...costAxis(...rangeOf(lines)), tickFormat: String },
  })
}

/** Share of the writes that are still read stale after each time. */
export function stalenessPanels(document: Document, comparison: Comparison): readonly Panel[] {
  const lines = comparison.strategies.map(({ name }): Lines => {
    const curve = (run?: number) =>
      known(stalenessOf(comparison, name, run).map(({ share: y }, at) => ({ x: STALENESS_TIMES_MS[at]!, y })))
    const runs = Array.from({ length: comparison.config.runs }, (_, at) => curve(at + 1))
    const main = curve()
    return {
      strategy: name,
      name: `Writes of ${name} still read stale: ${main.map(({ x, y }) => `${formatShare(y)} after ${formatMs(Number(x))}`).join(', ')}`,
      main,
      runs: runs.filter((run) => run.length > 0),
    }
  })
  const [, largest] = rangeOf(lines)
  return panels(document, lines, {
    x: {
      type: 'log',
      domain: [STALENESS_TIMES_MS[0], STALENESS_TIMES_MS.at(-1)!],
      ticks: [1, 10, 100, 1_000],
      tickFormat: formatMs,
    },
    // 0.1 % must be visible beside 50 %, and 0 must be on the scale.
    y: {
      type: 'sqrt',
      domain: [0, Math.max(0.01, largest)],
      ticks: 4,
      tickFormat: (share: number) => `${Number((share * 100).toPrecision(2))} %`,
    },
  })
}

/** Left out: their figure is fixed by definition and would only set the scale. The table has it. */
const BOUNDS = { hitRatio: ['no-cache', CEILING], loadsPerSecond: [CEILING] }

/** One measure, a row for each strategy. Undefined if it is not known of any. */
export function runDots(
  document: Document,
  comparison: Comparison,
  measure: 'hitRatio' | 'loadsPerSecond',
): Chart | undefined {
  const rows = comparison.strategies.flatMap(({ name }) => {
    const spread = figureOf(comparison, name, measure)
    return spread && !BOUNDS[measure].includes(name) ? [{ strategy: name, ...spread }] : []
  })
  if (rows.length === 0) return undefined
  const { title, unit } = measures[measure]
  const isRatio = unit === 'ratio'
  const [least, most] = [Math.min(...rows.map(({ min }) => min)), Math.max(...rows.map(({ max }) => max))]
  const name = `${title} of ${rows.length} strategies, a mark for each run. The table beside it has the figures.`
  return dotRows(document, name, rows, {
    label: `${title} →`,
    ...(isRatio ? { nice: true, ticks: 4 } : { inset: 8, ...costAxis(least, most) }),
    tickFormat: (value: number) => (isRatio ? `${Number((value * 100).toPrecision(3))} %` : String(value)),
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
