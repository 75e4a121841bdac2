import { checkNumber } from '../errors.ts'
import type { CachingStrategy, Lifetime } from '../ports/strategy.ts'

/** Options that every caching read strategy takes. Checked when the strategy is built. */
export interface LifetimeOptions {
  /** How long a value is fresh, counted from the start of its load. Milliseconds, at least 1. Default 60_000. */
  readonly ttlMs?: number
  /** The same for "there is no such value". Default a tenth of `ttlMs`. */
  readonly absentTtlMs?: number
  /** Fraction of the TTL taken off at random, so that what was filled together doesn't expire together. 0 to 1, default 0. */
  readonly jitter?: number
  /**
   * How long a reader may hold the right to fill before another may take over. It is renewed while the load runs,
   * so it bounds how long a *dead* holder is waited for. Milliseconds, 10 to 3_600_000. Default 2_000.
   */
  readonly leaseMs?: number
}

/** Serves an entry until its TTL ends, and no longer. */
export const whileFresh: CachingStrategy['evaluate'] = (entry, { now }) => (now < entry.freshUntil ? 'serve' : 'miss')

/**
 * The lifetime that the options mean.
 *
 * @param staleMs how much longer than its TTL an entry is kept. Default 0.
 * @throws CacheError `BAD_OPTION`
 */
export function checkLifetime(options: LifetimeOptions, staleMs = 0): Lifetime {
  const ttlMs = checkNumber('ttlMs', options.ttlMs ?? 60_000, { min: 1 })
  return {
    ttlMs,
    staleMs,
    absentTtlMs: checkNumber('absentTtlMs', options.absentTtlMs ?? Math.max(1, ttlMs / 10), { min: 1, max: ttlMs }),
    jitter: checkNumber('jitter', options.jitter ?? 0, { min: 0, max: 1 }),
    leaseMs: checkNumber('leaseMs', options.leaseMs ?? 2_000, { min: 10, max: 3_600_000 }),
  }
}
