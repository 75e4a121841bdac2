/** Sums what each strategy did since a load began, or since its counters began if this page saw no load begin. */
import type { Quantiles, StatsEvent, StrategyStats } from './api-types.ts'
import type { Tally } from './ranking.ts'

interface Sums {
  /** When the counters were last set to 0. */
  readonly since: string
  /** Totals when the sums began. */
  base: Counts
  now: Counts
  timedReads: number
  sumOfTimesMs: number
  staleMaxMs: number
}

type Counts = Record<'reads' | 'loads' | 'writes' | 'staleReads', number>

const ZERO: Readonly<Counts> = { reads: 0, loads: 0, writes: 0, staleReads: 0 }
const WAITED = ['miss', 'collapsed', 'bypass'] as const

export class Tallies {
  readonly #sums = new Map<string, Sums>()
  /** Whether the first totals are of the time before. */
  #beginsAtTotals = false

  /** From here on only what comes counts. If no totals have come yet, what comes after the first ones. */
  startOver(): void {
    this.#beginsAtTotals = this.#sums.size === 0
    for (const sums of this.#sums.values()) {
      Object.assign(sums, { base: sums.now, timedReads: 0, sumOfTimesMs: 0, staleMaxMs: Number.NaN })
    }
  }

  /** @returns whether counters were set to 0. All strategies then start over, so that they are compared over the same time. */
  add({ strategies, processes }: StatsEvent): boolean {
    // Without a process, the totals are smaller for a while.
    const isComplete = processes === undefined || processes.answered === processes.of
    const isOther = (sums: Sums, { since }: StrategyStats) => isComplete && sums.since !== since
    const isReset = Object.entries(strategies).some(([name, stats]) => {
      const sums = this.#sums.get(name)
      return sums !== undefined && isOther(sums, stats)
    })
    if (isReset) this.startOver()
    const isBase = this.#beginsAtTotals
    this.#beginsAtTotals = false
    for (const [name, stats] of Object.entries(strategies)) {
      const sums = this.#sums.get(name)
      if (sums === undefined || isOther(sums, stats)) {
        this.#sums.set(name, isBase ? noSums(stats) : sumsOfTotals(stats))
        continue
      }
      if (isComplete) goOn(sums, stats)
      addWindow(sums, stats)
    }
    return isReset
  }

  get(name: string): Tally | undefined {
    const sums = this.#sums.get(name)
    if (sums === undefined) return undefined
    const { base, now, timedReads, sumOfTimesMs, staleMaxMs } = sums
    return {
      reads: now.reads - base.reads,
      loads: now.loads - base.loads,
      writes: now.writes - base.writes,
      staleReads: now.staleReads - base.staleReads,
      staleMaxMs,
      timedReads,
      sumOfTimesMs,
    }
  }
}

function noSums(stats: StrategyStats): Sums {
  const totals = countsOf(stats)
  return { since: stats.since, base: totals, now: totals, timedReads: 0, sumOfTimesMs: 0, staleMaxMs: Number.NaN }
}

function sumsOfTotals(stats: StrategyStats): Sums {
  const sums = { ...noSums(stats), base: ZERO }
  addTimes(sums, stats.latencyMs.hit)
  addTimes(sums, stats.latencyMs.stale)
  for (const outcome of WAITED) addTimes(sums, stats.latencyMs[outcome])
  addStale(sums, stats.staleForMs.max)
  return sums
}

/** If a process was replaced, its counts are lost and the totals are smaller. The sums keep them. */
function goOn(sums: Sums, stats: StrategyStats): void {
  const [before, now] = [sums.now, countsOf(stats)]
  sums.now = now
  const names = Object.keys(ZERO) as (keyof Counts)[]
  if (names.every((name) => now[name] >= before[name])) return
  const base = { ...sums.base }
  for (const name of names) base[name] += now[name] - before[name]
  sums.base = base
}

function addWindow(sums: Sums, { window }: StrategyStats): void {
  addTimes(sums, window.hitMs)
  addTimes(sums, window.waitMs)
  addStale(sums, window.staleMaxMs)
}

function countsOf({ reads, loads, writes, staleReads }: StrategyStats): Counts {
  return { reads, loads, writes, staleReads }
}

/** A mean times its count is the exact sum, which medians would not give. */
function addTimes(sums: Sums, { count, mean }: Quantiles): void {
  if (count === 0 || mean === null) return
  sums.timedReads += count
  sums.sumOfTimesMs += count * mean
}

function addStale(sums: Sums, staleMs: number | null): void {
  if (staleMs !== null && !(staleMs <= sums.staleMaxMs)) sums.staleMaxMs = staleMs
}
