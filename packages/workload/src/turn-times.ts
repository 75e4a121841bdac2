/** How long a turn of one strategy takes, from its TTL: the same for k6 alone and for a comparison. */

/** The load runs for one TTL before anything is measured, so that the cache is as full as it gets. */
export function warmupMsFor(ttlMs: number): number {
  return Math.min(Math.max(ttlMs, 2_000), 30_000)
}

/**
 * Whole TTLs, at least two and at least 10 s: entries that were filled together expire together, so that part of a TTL
 * would count too many expiries or too few. No more than a minute.
 */
export function measuredMsFor(ttlMs: number): number {
  const ttls = Math.max(2, Math.ceil(10_000 / ttlMs))
  return Math.min(ttls * ttlMs, 60_000)
}
