/** The Pareto front: strategies that no other beats in both latency and database loads, with and without stale reads. */
import { CEILING } from 'strategies/names'
import type { Comparison } from '../comparison.ts'
import { figureOf, type Spread } from '../spread.ts'
import { contestantsIn } from './ranks.ts'

export interface ParetoPoint {
  readonly strategy: string
  readonly latency: Spread
  readonly loads: Spread
  /** Share of the reads; undefined if unknown. */
  readonly stale: Spread | undefined
  /** Whether it keeps its guarantee. If not, it is drawn but belongs to no front. */
  readonly keepsGuarantee: boolean
  /** No other strategy that keeps its guarantee has both a lower p50 and fewer loads, by medians. */
  readonly onFront: boolean
  /** The same among those that were never seen stale. */
  readonly onFreshFront: boolean
}

/** The strategies with known latency and loads, without the ceiling: it is not a strategy, and would only set the scale. */
export function paretoPoints(comparison: Comparison): readonly ParetoPoint[] {
  const contestants = contestantsIn(comparison)
  const points = comparison.strategies.flatMap(({ name }) => {
    const latency = figureOf(comparison, name, 'readP50Ms')
    const loads = figureOf(comparison, name, 'loadsPerSecond')
    return latency && loads && name !== CEILING
      ? [
          {
            strategy: name,
            latency,
            loads,
            stale: figureOf(comparison, name, 'staleReadRatio'),
            keepsGuarantee: contestants.has(name),
          },
        ]
      : []
  })
  const sound = points.filter(({ keepsGuarantee }) => keepsGuarantee)
  const fresh = sound.filter(isFresh)
  return points.map((point) => ({
    ...point,
    onFront: sound.includes(point) && !sound.some((other) => beats(other, point)),
    onFreshFront: fresh.includes(point) && !fresh.some((other) => beats(other, point)),
  }))
}

/** No run had a stale read. */
export function isFresh({ stale }: Pick<ParetoPoint, 'stale'>): boolean {
  return stale?.max === 0
}

type Costs = Pick<ParetoPoint, 'latency' | 'loads'>

function beats(a: Costs, b: Costs): boolean {
  const differences = [a.latency.median - b.latency.median, a.loads.median - b.loads.median]
  return differences.every((difference) => difference <= 0) && differences.some((difference) => difference < 0)
}
