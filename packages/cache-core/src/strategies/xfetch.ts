/**
 * XFetch: each read may load the entry again shortly before it expires; more likely the nearer the end and the slower the load.
 *
 * A read acts as if it came later, by the load time, times `beta`, times the negative logarithm of a random number. Readers need
 * no coordination, and yet few of them load.
 *
 * Guarantees: no value is served from the cache for longer than `ttlMs` after its load began; one load per expiry, by the
 * lease. (Over a store without one: e^(1/beta) on average, regardless of the number of readers.)
 * Costs: keys that are read all the time are loaded a few load times before they expire. A key that is rarely read expires, and
 * its reader waits.
 * Source: Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015.
 */
import { checkNumber, checkOptions, type OptionNames } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, lifetimeOptions } from './lifetime.ts'
import { type OneLoaderOptions, oneLoader } from './one-loader.ts'

export interface XFetchOptions extends LifetimeOptions, OneLoaderOptions {
  /** How early: above 1 earlier than the theory's optimum, below 1 later, 0 never. 0 to 100, default 1. */
  readonly beta?: number
}

const OPTIONS: OptionNames<XFetchOptions> = { ...lifetimeOptions, waitMs: true, beta: true }

/**
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, xfetch } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: xfetch({ ttlMs: 60_000, beta: 1 }), write: invalidate() })
 * ```
 */
export function xfetch(options: XFetchOptions = {}): CachingStrategy {
  checkOptions('xfetch', options, OPTIONS)
  const lifetime = checkLifetime(options)
  const beta = checkNumber('beta', options.beta ?? 1, { min: 0, max: 100 })
  return {
    name: 'xfetch',
    guarantee: {
      staleForAtMostMs: lifetime.ttlMs,
      loadsPerExpiry: { atMost: 1, per: options.waitMs === 0 ? 'process' : 'expiry' },
    },
    lifetime,

    evaluate({ freshUntil, loadMs }, { now, runtime }) {
      if (now >= freshUntil) return 'miss'
      const earlyMs = -loadMs * beta * Math.log(1 - runtime.random()) // 1 - random is never 0
      return now + earlyMs < freshUntil ? 'serve' : 'refresh'
    },
    onMiss: oneLoader(options),
  }
}
