/** Which strategy is fastest, which spares the database most, and which returned stale values. */
import { bestOf } from 'charts/best-of'
import { isCeiling, isNaive } from './strategy-kinds.ts'

/** What a strategy did in the time that is compared. */
export interface Tally {
  readonly reads: number
  readonly loads: number
  /** Through the API, around the cache too. */
  readonly writes: number
  readonly staleReads: number
  /** The longest time that a returned value had been replaced. NaN if none, or not known. */
  readonly staleMaxMs: number
  /** Reads with a known time. */
  readonly timedReads: number
  /** Of all of them together. */
  readonly sumOfTimesMs: number
}

export interface Ranked {
  readonly name: string
  readonly value: number
}

export interface Ranking {
  /** ms of a read, the mean; fastest first. */
  readonly fastest: readonly Ranked[]
  /** Loads per read; fewest first. */
  readonly sparing: readonly Ranked[]
  /** Those that returned stale values; most such reads first. */
  readonly stale: readonly { readonly name: string; readonly reads: number; readonly maxMs: number }[]
}

/** With fewer reads, chance decides the order. */
export const MIN_READS = 20

export function rank(tallies: ReadonlyMap<string, Tally>): Ranking {
  const ranked = [...tallies].filter(([name, { reads }]) => !isCeiling(name) && reads >= MIN_READS)
  const timed = ranked.filter(([, { timedReads }]) => timedReads > 0)
  return {
    fastest: ascending(timed.map(([name, tally]) => ({ name, value: tally.sumOfTimesMs / tally.timedReads }))),
    sparing: ascending(ranked.map(([name, { loads, reads }]) => ({ name, value: loads / reads }))),
    stale: [...tallies]
      .filter(([name, { staleReads }]) => !isCeiling(name) && staleReads > 0)
      .map(([name, { staleReads, staleMaxMs }]) => ({ name, reads: staleReads, maxMs: staleMaxMs }))
      .sort((a, b) => b.reads - a.reads),
  }
}

/** The best of those whose guarantee holds, as on the map, or the best if there is none. */
export function leaderOf(ranked: readonly Ranked[]): Ranked | undefined {
  return soundOf(ranked).best?.ranked ?? ranked[0]
}

/** The others whose guarantee holds and that are too close to the leader to call. */
export function equalToLeader(ranked: readonly Ranked[]): readonly Ranked[] {
  return soundOf(ranked).alike.map(({ ranked }) => ranked)
}

function soundOf(ranked: readonly Ranked[]) {
  const points = ranked.map((each) => ({ ranked: each, canBeBest: !isNaive(each.name) }))
  return bestOf(points, ({ ranked: { value } }) => ({ median: value, min: value, max: value }))
}

function ascending(ranked: Ranked[]): Ranked[] {
  return ranked.sort((a, b) => a.value - b.value)
}
