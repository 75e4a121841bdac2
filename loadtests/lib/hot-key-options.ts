import { baseUrlsFrom, durationMsFrom, type Env, integerFrom, OptionError, strategiesFrom, textFrom } from './env.ts'

/** What can be tuned with `-e NAME=value`; the names are those of {@link hotKeyOptions}. */
export interface HotKeyOptions {
  /**
   * BASE_URL: where the API listens; with commas, several processes of it on one Redis, asked in turn.
   * Default http://127.0.0.1:3000.
   */
  baseUrls: string[]
  /** ADMIN_TOKEN: sent with tuning and flushing. Default none. */
  adminToken: string
  /** STRATEGIES: which, and in which order. Default cache-aside, stampede-lock, naive-lock. */
  strategies: string[]
  /** RATE: reads of the one post per second. Default 300, 10 … 10,000. */
  ratePerSecond: number
  /** DURATION: how long each strategy is read. Default 10s, 2s … 60s. */
  durationMs: number
  /** TTL_MS: how long the entry is fresh. Default 1000, 200 … 30,000. */
  ttlMs: number
  /** ORIGIN_DELAY_MS: how much longer each load takes, on top of the query. Default 100, 0 … 5000, at most half the TTL. */
  originDelayMs: number
  /** POST: the id of the hot post. Default 42. */
  post: number
  /** VUS: how many reads may be under way at once. Default: all that arrive during two loads, and 20. */
  vus: number
  /** ACCEPT_ENCODING as it is sent; a single post is small, so it is left as k6 has it. */
  acceptEncoding: string
}

/** @throws OptionError naming the variable, its value and what is allowed */
export function hotKeyOptions(env: Env, known: readonly string[]): HotKeyOptions {
  const ratePerSecond = integerFrom(env, 'RATE', { fallback: 300, min: 10, max: 10_000 })
  const ttlMs = integerFrom(env, 'TTL_MS', { fallback: 1000, min: 200, max: 30_000 })
  const originDelayMs = integerFrom(env, 'ORIGIN_DELAY_MS', { fallback: 100, min: 0, max: 5000 })
  if (originDelayMs > ttlMs / 2) {
    // Otherwise the loads of one expiry run into those of the next, and can't be told apart.
    throw new OptionError(`ORIGIN_DELAY_MS is "${originDelayMs}"; allowed is at most half of TTL_MS, ${ttlMs / 2}`)
  }
  const atOnce = Math.ceil((ratePerSecond * 2 * originDelayMs) / 1000) + 20
  return {
    baseUrls: baseUrlsFrom(env, 'BASE_URL', 'http://127.0.0.1:3000'),
    adminToken: textFrom(env, 'ADMIN_TOKEN', ''),
    strategies: strategiesFrom(env, 'STRATEGIES', known, ['cache-aside', 'stampede-lock', 'naive-lock']),
    ratePerSecond,
    durationMs: durationMsFrom(env, 'DURATION', { fallback: 10_000, min: 2000, max: 60_000 }),
    ttlMs,
    originDelayMs,
    post: integerFrom(env, 'POST', { fallback: 42, min: 1, max: Number.MAX_SAFE_INTEGER }),
    vus: integerFrom(env, 'VUS', { fallback: atOnce, min: 1, max: 10_000 }),
    acceptEncoding: 'identity',
  }
}
