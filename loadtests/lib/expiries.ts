/** Loads that began soon after each other, since the same entry had just ended. */
export interface Expiry {
  loads: number
}

/**
 * Groups loads into expiries.
 *
 * k6's users share no memory, so nobody sees the order of the loads; but each can say in which slice of time its load
 * began. Loads of one expiry begin close together; those of the next one later.
 *
 * @param loadsPerSlice how many loads began in each slice, in order of time
 * @param gapMs a longer time without the beginning of a load parts two expiries
 */
export function expiriesIn(loadsPerSlice: readonly number[], sliceMs: number, gapMs: number): Expiry[] {
  const expiries: Expiry[] = []
  let lastAt = Number.NEGATIVE_INFINITY
  loadsPerSlice.forEach((loads, at) => {
    if (loads === 0) return
    if ((at - lastAt) * sliceMs > gapMs) expiries.push({ loads })
    else expiries.at(-1)!.loads += loads
    lastAt = at
  })
  return expiries
}

/** Slices of time by which loads are told apart. */
export interface Slices {
  sliceMs: number
  count: number
}

/** Of a run without writes: short against the TTL, and not more of them than k6 keeps figures for with ease. */
export function slicesFor(durationMs: number, ttlMs: number): Slices {
  const sliceMs = Math.max(20, Math.ceil(ttlMs / 10))
  return { sliceMs, count: Math.ceil(durationMs / sliceMs) + 1 }
}
