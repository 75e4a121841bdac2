import { expiriesIn, type Slices } from './expiries.ts'
import type { Summary } from './summary.ts'

export interface Stampede {
  /** Loads per expiry of the most popular post, in order of time. */
  loadsPerExpiry: number[]
  /** Their mean: 1 = no stampede. Null if unknown. */
  factor: number | null
}

/** Fewer expiries would be mostly chance. */
const ENOUGH_EXPIRIES = 3
/** k6 becomes slow with more. */
const MOST_SLICES = 1_500

/**
 * A slice is about as long as a load: the added delay plus some time for the query. A fresh entry is not loaded again, so
 * loads that begin in the same or neighbouring slices began before any of them had ended.
 * Slices begin with the measured phase; at most the first 1,500 are evaluated.
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
  // Writes invalidate the entry too. If more than 1 in 5 pairs of slices has a write, expiries and invalidations would merge.
  const runTogether = hotWrites * 2 * 5 > count
  const known = loadsPerExpiry.length >= ENOUGH_EXPIRIES && !runTogether
  const total = loadsPerExpiry.reduce((sum, loads) => sum + loads, 0)
  return { loadsPerExpiry, factor: known ? total / loadsPerExpiry.length : null }
}
