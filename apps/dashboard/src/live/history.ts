/** The last ten minutes of all strategies: one number per second and measure. */
import type { StatsEvent, StrategyStats } from './api-types.ts'
import { Ring } from './ring.ts'

/** Twice the longest time that is drawn, so that a paused picture keeps its numbers for 5 minutes. */
const CAPACITY = 600
/** A longer silence is drawn as a gap. */
const GAP_MS = 3_000

export const series = [
  'reads',
  'hits',
  'hitRatio',
  'hitCount',
  'hitP50',
  'hitP99',
  'waitCount',
  'waitP50',
  'waitP99',
  'timedReads',
  'sumOfTimesMs',
  'loads',
  'staleReads',
  'staleMaxMs',
  'calls',
  'queue',
] as const
export type Series = (typeof series)[number]

export type Lane = Readonly<Record<Series, Ring>>

/** Means over several seconds; NaN where nothing was measured. */
export interface Summary {
  readonly reads: number
  readonly hitRatio: number
  readonly hitP50: number
  readonly hitP99: number
  readonly waitP50: number
  readonly waitP99: number
  /** The mean of all reads with a known time, in ms. */
  readonly readMs: number
  readonly loads: number
  readonly loadsPerRead: number
  readonly calls: number
  readonly queue: number
}

export class History {
  readonly times = new Ring(CAPACITY)
  /** The length of each second, which is not exactly 1 s. */
  readonly #seconds = new Ring(CAPACITY)
  readonly #lanes = new Map<string, Lane>()
  #lastAtMs = Number.NaN

  lane(strategy: string): Lane | undefined {
    return this.#lanes.get(strategy)
  }

  /** @returns how many numbers each series got: 2 after a gap */
  add(event: StatsEvent): number {
    const atMs = Date.parse(event.at)
    const isAfterGap = atMs - this.#lastAtMs > GAP_MS
    if (isAfterGap) this.#push(this.#lastAtMs + 1, Number.NaN, {})
    this.#lastAtMs = atMs
    this.#push(atMs, event.windowMs / 1_000, event.strategies)
    return isAfterGap ? 2 : 1
  }

  /** @returns the time of the newest number that is shown, in ms. @param skip as in `Ring.latest` */
  end(skip: number): number {
    return (this.times.latest(1, skip)[0] ?? Number.NaN) * 1_000
  }

  /** Over the last seconds; `skip` as in `Ring.latest`. */
  summary(strategy: string, seconds: number, skip: number): Summary | undefined {
    const lane = this.#lanes.get(strategy)
    if (lane === undefined) return undefined
    const view = (name: Series) => lane[name].latest(seconds, skip)
    const durations = this.#seconds.latest(seconds, skip)
    const reads = sum(view('reads'))
    const timedReads = sum(view('timedReads'))
    return {
      reads,
      hitRatio: reads === 0 ? Number.NaN : sum(view('hits')) / reads,
      hitP50: weightedMean(view('hitP50'), view('hitCount')),
      hitP99: weightedMean(view('hitP99'), view('hitCount')),
      waitP50: weightedMean(view('waitP50'), view('waitCount')),
      waitP99: weightedMean(view('waitP99'), view('waitCount')),
      readMs: timedReads === 0 ? Number.NaN : sum(view('sumOfTimesMs')) / timedReads,
      loads: weightedMean(view('loads'), durations),
      loadsPerRead: reads === 0 ? Number.NaN : weighted(view('loads'), durations).total / reads,
      calls: weightedMean(view('calls'), durations),
      queue: view('queue').at(-1) ?? Number.NaN,
    }
  }

  /** Reads of stale values over the last seconds, and the longest time that one had been replaced. */
  stale(strategy: string, seconds: number, skip: number): { readonly reads: number; readonly maxMs: number } {
    const lane = this.#lanes.get(strategy)
    if (lane === undefined) return { reads: 0, maxMs: Number.NaN }
    return { reads: sum(lane.staleReads.latest(seconds, skip)), maxMs: max(lane.staleMaxMs.latest(seconds, skip)) }
  }

  /** The largest number of these series, over several strategies. NaN if there is none. */
  max(strategies: readonly string[], names: readonly Series[], seconds: number, skip: number): number {
    let largest = Number.NaN
    for (const strategy of strategies) {
      const lane = this.#lanes.get(strategy)
      if (lane === undefined) continue
      for (const name of names) {
        const here = max(lane[name].latest(seconds, skip))
        if (!(here <= largest)) largest = Number.isNaN(here) ? largest : here
      }
    }
    return largest
  }

  #push(atMs: number, seconds: number, strategies: Readonly<Record<string, StrategyStats>>): void {
    for (const name of Object.keys(strategies)) if (!this.#lanes.has(name)) this.#lanes.set(name, this.#newLane())
    this.times.push(atMs / 1_000)
    this.#seconds.push(seconds)
    for (const [name, lane] of this.#lanes) pushFigures(lane, strategies[name], seconds)
  }

  /** As long as the others, so that the same positions mean the same second. */
  #newLane(): Lane {
    const lane = Object.fromEntries(series.map((name) => [name, new Ring(CAPACITY)])) as Record<Series, Ring>
    for (const ring of Object.values(lane)) for (let i = 0; i < this.times.length; i++) ring.push(Number.NaN)
    return lane
  }
}

function pushFigures(lane: Lane, stats: StrategyStats | undefined, seconds: number): void {
  if (stats === undefined) {
    for (const ring of Object.values(lane)) ring.push(Number.NaN)
    return
  }
  const { reads, hits, stale, hitMs, waitMs, loads, staleReads, staleMaxMs, storeCalls } = stats.window
  lane.reads.push(reads)
  lane.hits.push(hits + stale)
  lane.hitRatio.push(reads === 0 ? Number.NaN : (hits + stale) / reads)
  lane.hitCount.push(hitMs.count)
  lane.hitP50.push(hitMs.p50 ?? Number.NaN)
  lane.hitP99.push(hitMs.p99 ?? Number.NaN)
  lane.waitCount.push(waitMs.count)
  lane.waitP50.push(waitMs.p50 ?? Number.NaN)
  lane.waitP99.push(waitMs.p99 ?? Number.NaN)
  // A mean times its count is the exact sum, which medians would not give.
  lane.timedReads.push(hitMs.count + waitMs.count)
  lane.sumOfTimesMs.push(hitMs.count * (hitMs.mean ?? 0) + waitMs.count * (waitMs.mean ?? 0))
  lane.loads.push(loads / seconds)
  lane.staleReads.push(staleReads)
  lane.staleMaxMs.push(staleMaxMs ?? Number.NaN)
  lane.calls.push(storeCalls / seconds)
  lane.queue.push(stats.queue?.depth ?? Number.NaN)
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) if (!Number.isNaN(value)) total += value
  return total
}

function max(values: Float64Array): number {
  let largest = Number.NaN
  for (const value of values) if (!Number.isNaN(value) && !(value <= largest)) largest = value
  return largest
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  const { total, weight } = weighted(values, weights)
  return weight === 0 ? Number.NaN : total / weight
}

/** The sum of the known values, each times its weight, and the sum of their weights. */
function weighted(values: Float64Array, weights: Float64Array): { readonly total: number; readonly weight: number } {
  let [total, weight] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const [value, by] = [values[i]!, weights[i]!]
    if (Number.isNaN(value) || Number.isNaN(by)) continue
    total += value * by
    weight += by
  }
  return { total, weight }
}
