import { expiriesIn, type Slices } from './expiries.ts'
import type { Summary } from './summary.ts'

export interface Stampede {
  /** Loads of the most popular post, for each time its entry ended, in order of time. */
  loadsPerExpiry: number[]
  /** Their mean: 1 = no stampede. Null when that can't be said. */
  factor: number | null
}

/** Fewer say more about luck than about the strategy. */
const ENOUGH_EXPIRIES = 3
/** More than k6 keeps figures for with ease. */
const MOST_SLICES = 1_500

/**
 * A slice is about as long as a load: the added delay, and some time for the query. An entry that was just loaded is
 * not loaded again, so loads that begin in the same slice or in neighbouring ones set out while none had ended.
 * Slices begin with the measured phase; of a long one, the first 1,500 are looked at.
 */
export function stampedeSlices(measuredMs: number, originDelayMs: number): Slices {
  const sliceMs = 25 + originDelayMs
  return { sliceMs, count: Math.min(MOST_SLICES, Math.ceil(measuredMs / sliceMs)) }
}

export function stampedeOf(
  name: string,
  { sliceMs, count }: Slices,
  everyReadLoads: boolean,
  summary: Summary,
): Stampede {
  const strategy = { strategy: name }
  const perSlice = Array.from({ length: count }, (_, slice) =>
    summary.counter('loads_begun', { ...strategy, slice: String(slice) }),
  )
  const hotWrites = summary.counter('hot_writes', strategy)
  const loadsPerExpiry = everyReadLoads ? [] : expiriesIn(perSlice, sliceMs, sliceMs).map(({ loads }) => loads)
  // Writes end the entry too. Where that happens more often than every fifth time within two slices, two ends look like one.
  const runTogether = hotWrites * 2 * 5 > count
  const known = loadsPerExpiry.length >= ENOUGH_EXPIRIES && !runTogether
  const total = loadsPerExpiry.reduce((sum, loads) => sum + loads, 0)
  return { loadsPerExpiry, factor: known ? total / loadsPerExpiry.length : null }
}
