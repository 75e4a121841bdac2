/** The duration of a strategy's turn, derived from its TTL; the same for k6 alone and for a comparison. */

/**
 * The warm-up: one TTL, so that the cache fills up, and at least 10 s, so that most posts of the default load have been read
 * once, since a first read waits under every strategy. At most 30 s.
 */
export function warmupMsFor(ttlMs: number): number {
  return Math.min(Math.max(ttlMs, 10_000), 30_000)
}

/**
 * The measured phase: whole TTLs, at least 2 and at least 10 s. Entries filled together expire together, so a fraction of a
 * TTL would count too many or too few expiries. At most 60 s.
 */
export function measuredMsFor(ttlMs: number): number {
  const ttls = Math.max(2, Math.ceil(10_000 / ttlMs))
  return Math.min(ttls * ttlMs, 60_000)
}
