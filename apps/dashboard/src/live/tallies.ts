/** Sums what each strategy did since a load began, or since its counters began if this page saw no load begin. */
import type { Quantiles, StatsEvent, StrategyStats } from './api-types.ts'
import type { Tally } from './ranking.ts'

interface Sums {
  /** Totals when the sums began. */
  base: Counts
  now: Counts
  timedReads: number
  sumOfTimesMs: number
  staleMaxMs: number
}

interface Counts {
  readonly reads: number
  readonly loads: number
  readonly staleReads: number
}

const ZERO: Counts = { reads: 0, loads: 0, staleReads: 0 }
const WAITED = ['miss', 'collapsed', 'bypass'] as const

export class Tallies {
  readonly #sums = new Map<string, Sums>()

  /** From here on only what comes counts. */
  startOver(): void {
    for (const sums of this.#sums.values()) {
      Object.assign(sums, { base: sums.now, timedReads: 0, sumOfTimesMs: 0, staleMaxMs: Number.NaN })
    }
  }

  add({ strategies }: StatsEvent): void {
    for (const [name, stats] of Object.entries(strategies)) {
      const sums = this.#sums.get(name)
      // Counters that fell were set to 0.
      if (sums === undefined || stats.reads < sums.now.reads) this.#sums.set(name, sumsOfTotals(stats))
      else addWindow(sums, stats)
    }
  }

  get(name: string): Tally | undefined {
    const sums = this.#sums.get(name)
    if (sums === undefined) return undefined
    const { base, now, timedReads, sumOfTimesMs, staleMaxMs } = sums
    return {
      reads: now.reads - base.reads,
      loads: now.loads - base.loads,
      staleReads: now.staleReads - base.staleReads,
      staleMaxMs,
      timedReads,
      sumOfTimesMs,
    }
  }
}

function sumsOfTotals(stats: StrategyStats): Sums {
  const sums = { base: ZERO, now: countsOf(stats), timedReads: 0, sumOfTimesMs: 0, staleMaxMs: Number.NaN }
  addTimes(sums, stats.latencyMs.hit)
  addTimes(sums, stats.latencyMs.stale)
  for (const outcome of WAITED) addTimes(sums, stats.latencyMs[outcome])
  addAge(sums, stats.staleForMs.max)
  return sums
}

function addWindow(sums: Sums, stats: StrategyStats): void {
  sums.now = countsOf(stats)
  addTimes(sums, stats.window.hitMs)
  addTimes(sums, stats.window.waitMs)
  addAge(sums, stats.window.staleMaxMs)
}

function countsOf({ reads, loads, staleReads }: StrategyStats): Counts {
  return { reads, loads, staleReads }
}

function addTimes(sums: Sums, { count, p50 }: Quantiles): void {
  if (count === 0 || p50 === null) return
  sums.timedReads += count
  sums.sumOfTimesMs += count * p50
}

function addAge(sums: Sums, ageMs: number | null): void {
  if (ageMs !== null && !(ageMs <= sums.staleMaxMs)) sums.staleMaxMs = ageMs
}
