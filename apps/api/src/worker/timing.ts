/** How often the worker loads its entries, and how soon another worker takes over from a killed one; both derive from the TTL. */

export interface Timing {
  /** Between two jobs of a task. */
  readonly everyMs: number
  /** How long a silent worker keeps its job. Another worker restarts the job after at most twice this time. */
  readonly lockMs: number
  readonly stalledEveryMs: number
  /** How long a silent worker keeps its load. */
  readonly leaseMs: number
}

/**
 * Three loads per TTL: an entry is loaded again after a third of its TTL. The other two thirds cover failed or slow loads and
 * killed workers.
 */
export function timingOf(ttlMs: number): Timing {
  const everyMs = Math.max(100, Math.round(ttlMs / 3))
  // With less than 1 s, a briefly busy process would lose its jobs.
  const lockMs = Math.min(30_000, Math.max(1_000, Math.round(everyMs / 4)))
  return {
    everyMs,
    lockMs,
    stalledEveryMs: lockMs / 2,
    leaseMs: Math.min(2_000, Math.max(100, Math.round(everyMs / 4))),
  }
}
