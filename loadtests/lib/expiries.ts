/** Loads that began close together because one entry expired. */
export interface Expiry {
  loads: number
}

/**
 * Groups loads into expiries.
 *
 * k6's virtual users share no memory, so the order of loads is unknown, but each load records the time slice in which it
 * began. The loads of one expiry begin close together; those of the next begin later.
 *
 * @param loadsPerSlice the number of loads that began in each slice, in order of time
 * @param gapMs a longer time without a new load separates two expiries
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

/** Time slices that distinguish loads. */
export interface Slices {
  sliceMs: number
  count: number
}

/** For a run without writes: short compared with the TTL, and few enough for k6. */
export function slicesFor(durationMs: number, ttlMs: number): Slices {
  const sliceMs = Math.max(20, Math.ceil(ttlMs / 10))
  return { sliceMs, count: Math.ceil(durationMs / sliceMs) + 1 }
}
