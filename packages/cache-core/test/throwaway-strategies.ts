/**
 * What the suites are tried on, until the library has strategies of each kind: one that serves stale, one that falls back,
 * one that refreshes early. Each the shortest that there can be; none is exported.
 */
import { type OneLoaderOptions, oneLoader } from '../src/index.ts'
import type { CachingStrategy } from '../src/ports/strategy.ts'
import { checkLifetime, type LifetimeOptions, whileFresh } from '../src/strategies/lifetime.ts'

export interface StaleOptions extends LifetimeOptions, OneLoaderOptions {
  readonly staleMs?: number
}

/** Serves an entry for a while after its TTL, and loads a new one behind it. */
export function throwawayStaleWhileRevalidate(options: StaleOptions = {}): CachingStrategy {
  const { staleMs = 60_000 } = options
  const lifetime = checkLifetime(options, staleMs)
  return {
    name: 'throwaway-stale-while-revalidate',
    guarantee: { staleForAtMostMs: lifetime.ttlMs + staleMs, loadsPerExpiry: { atMost: 1, per: 'expiry' } },
    lifetime,
    evaluate(entry, { now }) {
      if (now < entry.freshUntil) return 'serve'
      return now < entry.freshUntil + staleMs ? 'refresh' : 'miss'
    },
    onMiss: oneLoader(options),
  }
}

/** Serves what has expired when the load fails. The limit is checked when serving: a load may take long to fail. */
export function throwawayStaleIfError(options: StaleOptions = {}): CachingStrategy {
  const { staleMs = 60_000 } = options
  const lifetime = checkLifetime(options, staleMs)
  const loadOnce = oneLoader(options)
  return {
    name: 'throwaway-stale-if-error',
    guarantee: { staleForAtMostMs: lifetime.ttlMs + staleMs, loadsPerExpiry: { atMost: 1, per: 'expiry' } },
    lifetime,
    evaluate: whileFresh,
    async onMiss(read) {
      try {
        return await loadOnce(read)
      } catch (error) {
        const found = read.found()
        if (found === undefined || found.ttlMs <= -staleMs) throw error
        return found
      }
    },
  }
}

/** Loads a new entry behind a read in the last tenth of the TTL. */
export function throwawayRefreshAhead(options: LifetimeOptions & OneLoaderOptions = {}): CachingStrategy {
  const lifetime = checkLifetime(options)
  return {
    name: 'throwaway-refresh-ahead',
    guarantee: { staleForAtMostMs: lifetime.ttlMs, loadsPerExpiry: { atMost: 1, per: 'expiry' } },
    lifetime,
    evaluate({ loadedAt, freshUntil }, { now }) {
      if (now >= freshUntil) return 'miss'
      return freshUntil - now > (freshUntil - loadedAt) / 10 ? 'serve' : 'refresh'
    },
    onMiss: oneLoader(options),
  }
}

export const throwaways = [throwawayStaleWhileRevalidate, throwawayStaleIfError, throwawayRefreshAhead] as const
