import { baseUrlsFrom, durationMsFrom, type Env, integerFrom, OptionError, strategiesFrom, textFrom } from './env.ts'

/** The strategies that differ when one key expires. */
export const HOT_KEY_STRATEGIES = [
  'cache-aside',
  'stampede-lock',
  'stale-while-revalidate',
  'xfetch',
  'refresh-ahead',
  'naive-lock',
]

/** The options for `-e NAME=value`. */
export interface HotKeyOptions {
  /**
   * BASE_URL: the API's address, or a comma-separated list of API processes on one Redis, used in turn.
   * Default http://127.0.0.1:3000.
   */
  baseUrls: string[]
  /** ADMIN_TOKEN: sent with admin requests. Default none. */
  adminToken: string
  /** STRATEGIES: the strategies, in this order. Default {@link HOT_KEY_STRATEGIES}. */
  strategies: string[]
  /** RATE: reads of the one post per second. Default 300, 10 … 10,000. */
  ratePerSecond: number
  /** DURATION: how long each strategy is read. Default 10s, 2s … 60s. */
  durationMs: number
  /** TTL_MS: how long the entry is fresh. Default 1000, 200 … 30,000. */
  ttlMs: number
  /** ORIGIN_DELAY_MS: the added delay per load. Default 100, 0 … 5000, at most half the TTL. */
  originDelayMs: number
  /** POST: the id of the hot post. Default 42. */
  post: number
  /** VUS: the maximum number of concurrent reads. Default: all reads that arrive during two loads, plus 20. */
  vus: number
  /** The header Accept-Encoding; a single post is too small to compress. */
  acceptEncoding: string
}

/** @throws OptionError that names the variable, its value and the allowed values */
export function hotKeyOptions(env: Env, known: readonly string[]): HotKeyOptions {
  const ratePerSecond = integerFrom(env, 'RATE', { fallback: 300, min: 10, max: 10_000 })
  const ttlMs = integerFrom(env, 'TTL_MS', { fallback: 1000, min: 200, max: 30_000 })
  const originDelayMs = integerFrom(env, 'ORIGIN_DELAY_MS', { fallback: 100, min: 0, max: 5000 })
  if (originDelayMs > ttlMs / 2) {
    // Otherwise the loads of consecutive expiries overlap and can't be distinguished.
    throw new OptionError(`ORIGIN_DELAY_MS is "${originDelayMs}"; it must be at most half of TTL_MS, ${ttlMs / 2}`)
  }
  const atOnce = Math.ceil((ratePerSecond * 2 * originDelayMs) / 1000) + 20
  return {
    baseUrls: baseUrlsFrom(env, 'BASE_URL', 'http://127.0.0.1:3000'),
    adminToken: textFrom(env, 'ADMIN_TOKEN', ''),
    strategies: strategiesFrom(env, 'STRATEGIES', known, HOT_KEY_STRATEGIES),
    ratePerSecond,
    durationMs: durationMsFrom(env, 'DURATION', { fallback: 10_000, min: 2000, max: 60_000 }),
    ttlMs,
    originDelayMs,
    post: integerFrom(env, 'POST', { fallback: 42, min: 1, max: Number.MAX_SAFE_INTEGER }),
    vus: integerFrom(env, 'VUS', { fallback: atOnce, min: 1, max: 10_000 }),
    acceptEncoding: 'identity',
  }
}
