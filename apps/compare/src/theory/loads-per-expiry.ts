/** Loads per expiry of one key whose readers share only the entry. Derived in docs/theory.md. */

/** Every read that arrives during the first load starts its own load. */
export function naiveLoads(readsPerSecond: number, loadMs: number): number {
  return 1 + (readsPerSecond * loadMs) / 1_000
}

/** Probabilistic early refresh without a lease: the mean for a frequently read key, independent of rate and load time. */
export function xfetchLoads(beta: number): number {
  return Math.exp(1 / beta)
}

/**
 * Share of the expiries without an earlier read that refreshed the entry, so that the next reader waits.
 *
 * @param windowMs the time in which a read refreshes: the last part of the TTL (`refresh-ahead`), the stale window
 *   (`stale-while-revalidate`), or `beta * loadMs` (`xfetch`: a read at s before the end refreshes with probability
 *   e^(-s / (beta * loadMs)), which integrates to `beta * loadMs`)
 */
export function lateExpiries(readsPerSecond: number, windowMs: number): number {
  return Math.exp((-readsPerSecond * windowMs) / 1_000)
}
