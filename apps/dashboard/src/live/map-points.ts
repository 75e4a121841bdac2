import type { MapPoint } from 'charts'
import { duration, perSecond } from './format.ts'
import type { Frame } from './lane-chart.ts'
import { isCeiling, isNaive } from './strategy-kinds.ts'

/** The strategies that had reads in the time shown, without the upper bound, which would only set the scale. */
export function mapPoints(
  { history, seconds, skip }: Omit<Frame, 'marks' | 'maxOf'>,
  names: readonly string[],
): MapPoint[] {
  return names.flatMap((strategy) => {
    const { readMs, loads } = history.summary(strategy, seconds, skip) ?? {}
    if (isCeiling(strategy) || readMs === undefined || loads === undefined) return []
    if (Number.isNaN(readMs) || Number.isNaN(loads)) return []
    const stale = history.stale(strategy, seconds, skip).reads
    return [
      {
        strategy,
        time: only(readMs),
        loads: only(loads),
        isFilled: stale === 0,
        isSound: !isNaive(strategy),
        title: `${strategy}: ${duration(readMs)}, ${perSecond(loads)}`,
      },
    ]
  })
}

function only(value: number) {
  return { median: value, min: value, max: value }
}
