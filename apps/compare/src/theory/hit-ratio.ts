/**
 * Hit ratio of one key by renewal theory: the means over the interval from one miss to the next. Derived in docs/theory.md.
 */

/** Reads and writes of one key per second, as Poisson streams. */
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
  /** How long a load takes. An entry's TTL counts from the load's start, so a load as long as `ttlMs` is never served. */
  readonly loadMs: number
  /** Without the guard, a load still fills if a write happened during the load. */
  readonly isGuarded: boolean
}

/** With this many writes per TTL the result no longer changes; e to a much higher power overflows. */
const ENDLESS = 700

/** Share of a key's reads that an entry answers. 0 for a key without reads. */
export function hitRatioOfKey(rates: KeyRates, onWrite: OnWrite, { ttlMs, loadMs, isGuarded }: EntryTimes): number {
  const ttl = ttlMs / 1_000
  const load = Math.min(loadMs / 1_000, ttl)
  const reads = rates.reads + rates.readModifyWrites
  const writes = rates.writes + rates.readModifyWrites
  if (reads === 0) return 0

  if (onWrite === 'nothing' || writes === 0) return ratio(reads * (ttl - load), 1 + reads * load)
  if (onWrite === 'invalidate') {
    // A read-modify-write invalidates what it loaded, so only the other misses leave an entry.
    const usable = isGuarded ? lasting(writes, load, ttl) : lasting(writes, 0, ttl - load)
    return ratio(rates.reads * usable, 1 + reads * load)
  }
  const renewed = Math.expm1(Math.min(writes * ttl, ENDLESS)) / writes
  const withoutWrite = Math.expm1(Math.min(writes * (ttl - load), ENDLESS)) / writes
  const afterLoad = -Math.expm1(-writes * load) * renewed + withoutWrite
  const loading = rates.reads * lasting(writes, 0, load) + rates.readModifyWrites * load
  return ratio(rates.reads * afterLoad + writes * renewed, 1 + loading)
}

/** When an entry is refreshed in the background. */
export interface RefreshTimes {
  /** The age until which a read hits without starting a refresh. */
  readonly freshMs: number
  /** The window after that age, in which the first read starts a refresh. The entry expires when the window ends. */
  readonly windowMs: number
  /** Must be short compared with the window: reads after the window's end, during the refresh, are ignored. */
  readonly loadMs: number
}

/**
 * The hit ratio under `refresh-ahead`: writes invalidate, and a read in the last part of the TTL refreshes. Without
 * read-modify-writes.
 */
export function hitRatioRefreshed({ reads, writes }: Pick<KeyRates, 'reads' | 'writes'>, times: RefreshTimes): number {
  if (reads === 0) return 0
  const [fresh, window, load] = [times.freshMs / 1_000, times.windowMs / 1_000, times.loadMs / 1_000]
  const events = reads + writes
  const refreshed = Math.exp(-writes * fresh) * (reads / events) * -Math.expm1(-events * window)
  // Rounded to 1: the entry is always refreshed.
  if (refreshed === 1) return 1
  const perRefresh = (reads * lasting(writes, 0, fresh) + refreshed) / (1 - refreshed)
  return ratio(reads * lasting(writes, load, fresh) + refreshed * (1 + perRefresh), 1 + reads * load)
}

/**
 * The hit ratio under `stale-while-revalidate`, in a run that starts with an empty cache, counts from `fromMs` to `toMs`,
 * and is shorter than the stale window: a read misses only if it is the first since the last write, or since the start.
 */
export function hitRatioServedStale(
  { reads, writes }: Pick<KeyRates, 'reads' | 'writes'>,
  { fromMs, toMs, loadMs }: { readonly fromMs: number; readonly toMs: number; readonly loadMs: number },
): number {
  if (reads === 0) return 0
  const [from, to, load] = [fromMs / 1_000, toMs / 1_000, loadMs / 1_000]
  const events = reads + writes
  // The probability that neither a read nor a write came since the start, averaged over the counted time.
  const nothingYet = lasting(events, from, to) / (to - from)
  const misses = (writes + reads * nothingYet) / events
  // Reads that arrive during the load of a miss wait too.
  const waiting = reads * load
  return 1 - (misses * (1 + waiting)) / (1 + misses * waiting)
}

/** Mean lifetime between `from` and `to` of something that ends at a random time, at `rate` per second. */
function lasting(rate: number, from: number, to: number): number {
  if (rate === 0) return to - from
  return (Math.exp(-rate * from) * -Math.expm1(-rate * (to - from))) / rate
}

/** The share of hits, from the hits and the other reads per miss. */
function ratio(hits: number, others: number): number {
  return 1 / (1 + others / hits)
}
