import { checkNumber, MAX_TTL_MS, type OptionNames } from '../check.ts'
import type { CachingStrategy, Lifetime } from '../ports/strategy.ts'

/** Options that every caching read strategy takes. Checked when the strategy is built. */
export interface LifetimeOptions {
  /** How long a value is fresh after its load began. Milliseconds, 1 to 315_360_000_000 (10 years). Default 60_000. */
  readonly ttlMs?: number
  /** The same for "there is no such value". At most `ttlMs`, default a tenth of it. */
  readonly absentTtlMs?: number
  /** Fraction of the TTL taken off at random, so that entries filled together don't expire together. 0 to 1, default 0. */
  readonly jitter?: number
  /**
   * How long a reader may hold the right to fill before another may take over. It is renewed while the load runs, so it limits
   * the wait for a *dead* holder. Milliseconds, 10 to 3_600_000. Default 2_000.
   */
  readonly leaseMs?: number
}

export const lifetimeOptions: OptionNames<LifetimeOptions> = {
  ttlMs: true,
  absentTtlMs: true,
  jitter: true,
  leaseMs: true,
}

/** Serves an entry until its TTL ends, and no longer. */
export const whileFresh: CachingStrategy['evaluate'] = (entry, { now }) => (now < entry.freshUntil ? 'serve' : 'miss')

/**
 * Checks the options, and fills in defaults.
 *
 * @param staleMs how much longer than its TTL an entry is kept. Default 0.
 * @throws CacheError `BAD_OPTION`
 */
export function checkLifetime(options: LifetimeOptions, staleMs = 0): Lifetime {
  const { ttlMs = 60_000, jitter = 0, leaseMs = 2_000 } = options
  checkNumber('ttlMs', ttlMs, { min: 1, max: MAX_TTL_MS })
  const { absentTtlMs = Math.max(1, ttlMs / 10) } = options
  return {
    ttlMs,
    staleMs: checkNumber('staleMs', staleMs, { min: 0, max: MAX_TTL_MS }),
    absentTtlMs: checkNumber('absentTtlMs', absentTtlMs, { min: 1, max: ttlMs }),
    jitter: checkNumber('jitter', jitter, { min: 0, max: 1 }),
    leaseMs: checkNumber('leaseMs', leaseMs, { min: 10, max: 3_600_000 }),
  }
}
