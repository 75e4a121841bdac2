import { parseHTML } from 'linkedom'
import type { MapPoint } from '../src/strategy-map.ts'

export const { document } = parseHTML('<!doctype html><html><body></body></html>')

const only = (median: number) => ({ median, min: median, max: median })

/** A strategy on the map, of one run, that keeps its guarantee and was never seen stale. */
export function point(strategy: string, time: number, loads: number, more: Partial<MapPoint> = {}): MapPoint {
  const kept = { isFilled: true, isSound: true, canBeBest: true }
  return { strategy, time: only(time), loads: only(loads), ...kept, title: strategy, ...more }
}
