import { checkNumber } from '../errors.ts'
import type { CachingStrategy } from '../ports/strategy.ts'

export interface OneLoaderOptions {
  /** How long a reader waits for another's load before it loads without keeping. Milliseconds, at least 0. Default 10_000. */
  readonly waitMs?: number
}

/**
 * What a miss does where one reader in all processes loads, and the others wait for its value.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function oneLoader(options: OneLoaderOptions): CachingStrategy['onMiss'] {
  const waitMs = checkNumber('waitMs', options.waitMs ?? 10_000, { min: 0 })
  return async (read) => {
    const { now, sleep, random } = read.runtime
    const waitUntil = now() + waitMs
    for (;;) {
      const acquired = await read.acquire()
      if (acquired.kind === 'granted') return read.loadAndFill()
      if (acquired.kind === 'entry') return acquired.answer
      if (now() >= waitUntil) return read.load()
      // Asking for the lease is the poll: a lease that was revoked, released or has ended shows only there.
      await sleep(Math.min(acquired.endsInMs, 10 + 10 * random()))
    }
  }
}
