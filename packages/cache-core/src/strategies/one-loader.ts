import { checkNumber, MAX_TIMER_MS } from '../check.ts'
import type { CachingStrategy } from '../ports/strategy.ts'

export interface OneLoaderOptions {
  /**
   * How long a reader waits for the load of another one. After that it loads without caching. If its `loadTimeoutMs` ends
   * earlier, it fails with `LOAD_TIMEOUT`. Milliseconds, 0 to 2_147_483_647. Default 10_000.
   */
  readonly waitMs?: number
}

/**
 * Handles a miss: one reader in all processes loads, and the others wait for its value.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { type CachingStrategy, cacheAside, oneLoader } from 'cache-core'
 *
 * const mine: CachingStrategy = { ...cacheAside({ ttlMs: 60_000 }), name: 'mine', onMiss: oneLoader({ waitMs: 5_000 }) }
 * ```
 */
export function oneLoader({ waitMs = 10_000 }: OneLoaderOptions): CachingStrategy['onMiss'] {
  checkNumber('waitMs', waitMs, { min: 0, max: MAX_TIMER_MS })
  return async (read) => {
    const { now } = read.runtime
    const waitUntil = now() + waitMs
    for (;;) {
      const acquired = await read.acquire()
      if (acquired.kind === 'granted') return await read.loadAndFill()
      if (acquired.kind === 'entry') return acquired.answer
      const leftMs = waitUntil - now()
      if (leftMs <= 0) return read.load()
      // Then requests the lease again, since only that shows whether it was revoked, was released or has ended.
      await read.waitForLease(Math.min(acquired.endsInMs, leftMs))
    }
  }
}
