import type { MapPoint } from 'charts'
import { loadsPer100 } from './answer-texts.ts'
import { duration } from './format.ts'
import type { Frame } from './lane-chart.ts'
import { MIN_READS } from './ranking.ts'
import { isCeiling, isNaive } from './strategy-kinds.ts'

/**
 * The strategies with enough reads in the time shown, by the figures that the answers compare. Without the upper bound, which
 * would only set the scale.
 */
export function mapPoints(
  { history, seconds, skip }: Pick<Frame, 'history' | 'seconds' | 'skip'>,
  names: readonly string[],
): MapPoint[] {
  return names.flatMap((strategy) => {
    const summary = history.summary(strategy, seconds, skip)
    if (isCeiling(strategy) || summary === undefined || summary.reads < MIN_READS) return []
    const { readMs, loadsPerRead } = summary
    if (Number.isNaN(readMs)) return []
    return [
      {
        strategy,
        time: only(readMs),
        loads: only(100 * loadsPerRead),
        isFilled: history.stale(strategy, seconds, skip).reads === 0,
        isSound: !isNaive(strategy),
        canBeBest: !isNaive(strategy),
        title: `${strategy}: ${duration(readMs)}, ${loadsPer100(loadsPerRead)} loads per 100 reads`,
      },
    ]
  })
}

function only(value: number) {
  return { median: value, min: value, max: value }
}
