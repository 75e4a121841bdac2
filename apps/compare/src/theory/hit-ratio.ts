/**
 * Hit ratio of one key, by renewal: what happens from one miss to the next, on average. Derived in docs/theory.md.
 */

/** How often one key is asked for and written, per second, in a stream without memory (Poisson). */
export interface KeyRates {
  /** Operations that only read it. */
  readonly reads: number
  /** Operations that read it and then write it. */
  readonly readModifyWrites: number
  /** Operations that only write it. */
  readonly writes: number
}

/** What a write does to the entry. */
export type OnWrite = 'nothing' | 'invalidate' | 'write-through'

export interface EntryTimes {
  readonly ttlMs: number
  /** How long a load takes; an entry's TTL counts from its start. At most `ttlMs`, or nothing is ever served. */
  readonly loadMs: number
  /** Without the guard a load that a write overtakes is filled all the same. */
  readonly isGuarded: boolean
}

/** So many writes within a TTL never leave it a gap; e to the power of more is no number any longer. */
const ENDLESS = 700

/** Share of the reads of the key that an entry answers. 0 for a key that is never read. */
export function hitRatioOfKey(rates: KeyRates, onWrite: OnWrite, { ttlMs, loadMs, isGuarded }: EntryTimes): number {
  const ttl = ttlMs / 1_000
  const load = Math.min(loadMs / 1_000, ttl)
  const reads = rates.reads + rates.readModifyWrites
  const writes = rates.writes + rates.readModifyWrites
  if (reads === 0) return 0

  if (onWrite === 'nothing' || writes === 0) return ratio(reads * (ttl - load), 1 + reads * load)
  if (onWrite === 'invalidate') {
    // What a read-modify-write loads, its own write voids: only the other misses leave something to hit.
    const usable = isGuarded ? lasting(writes, load, ttl) : lasting(writes, 0, ttl - load)
    return ratio(rates.reads * usable, 1 + reads * load)
  }
  const renewed = Math.expm1(Math.min(writes * ttl, ENDLESS)) / writes
  const notOvertaken = Math.expm1(Math.min(writes * (ttl - load), ENDLESS)) / writes
  const afterLoad = -Math.expm1(-writes * load) * renewed + notOvertaken
  const loading = rates.reads * lasting(writes, 0, load) + rates.readModifyWrites * load
  return ratio(rates.reads * afterLoad + writes * renewed, 1 + loading)
}

/** How long, on average, something lives between `from` and `to` that ends at a random moment, `rate` a second. */
function lasting(rate: number, from: number, to: number): number {
  return (Math.exp(-rate * from) * -Math.expm1(-rate * (to - from))) / rate
}

/** Of hits and others, per miss. */
function ratio(hits: number, others: number): number {
  return 1 / (1 + others / hits)
}
