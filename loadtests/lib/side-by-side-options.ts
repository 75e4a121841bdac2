import {
  baseUrlFrom,
  decimalFrom,
  durationMsFrom,
  type Env,
  integerFrom,
  OptionError,
  strategiesFrom,
  textFrom,
} from './env.ts'

/** What can be tuned with `-e NAME=value`; the names are those of {@link sideBySideOptions}. */
export interface SideBySideOptions {
  /** BASE_URL: where the API listens. Default http://127.0.0.1:3000. */
  baseUrl: string
  /** ADMIN_TOKEN: sent with tuning and flushing. Default none, which the API allows from the same machine. */
  adminToken: string
  /** STRATEGIES: which, and in which order. Default all. */
  strategies: string[]
  /** RATE: operations started per second, however long each takes. Default 200, 1 … 10,000. */
  ratePerSecond: number
  /** DURATION: how long each strategy is measured. Default 15s, 1s … 1h. */
  durationMs: number
  /** WARMUP: the same load before that, not in the figures. Default 5s (one TTL), 0s … 10m. */
  warmupMs: number
  /** WRITE_RATIO: fraction of the operations that change a title. Default 0.05, 0 … 1. */
  writeRatio: number
  /** LIST_RATIO: fraction of the operations that read all posts, 3.6 MB each. Default 0.005 = one a second, 0 … 1. */
  listRatio: number
  /** ZIPF: exponent of the popularity of the posts. Default 0.99 (YCSB), 0 = all alike, at most 10. */
  zipf: number
  /** TTL_MS: how long an entry is fresh during the run. Default 5000, 1 … 86,400,000. */
  ttlMs: number
  /**
   * ORIGIN_DELAY_MS: how much longer each load takes, after the rows are read: makes races between loads and writes
   * show. Default null = as the API has it; 0 … 5000.
   */
  originDelayMs: number | null
  /** SEED: another one, other operations; the same one, the same. Default 1. */
  seed: number
  /** POSTS: how many posts are read and written, ids 1 … POSTS. Default 10000, at most 1,000,000. */
  posts: number
  /** VUS: how many requests may be under way at once before operations are dropped. Default RATE / 2, at least 10. */
  vus: number
  /** ACCEPT_ENCODING: `gzip` as browsers send it, or `identity`. */
  acceptEncoding: string
}

/** @throws OptionError naming the variable, its value and what is allowed */
export function sideBySideOptions(env: Env, known: readonly string[]): SideBySideOptions {
  const ratePerSecond = integerFrom(env, 'RATE', { fallback: 200, min: 1, max: 10_000 })
  const writeRatio = decimalFrom(env, 'WRITE_RATIO', { fallback: 0.05, min: 0, max: 1 })
  const listRatio = decimalFrom(env, 'LIST_RATIO', { fallback: 0.005, min: 0, max: 1 })
  if (writeRatio + listRatio > 1) {
    throw new OptionError(`WRITE_RATIO + LIST_RATIO is ${writeRatio + listRatio}; allowed is at most 1 together`)
  }
  const acceptEncoding = textFrom(env, 'ACCEPT_ENCODING', 'gzip')
  if (acceptEncoding !== 'gzip' && acceptEncoding !== 'identity') {
    throw new OptionError(`ACCEPT_ENCODING is "${acceptEncoding}"; allowed is gzip or identity`)
  }
  return {
    baseUrl: baseUrlFrom(env, 'BASE_URL', 'http://127.0.0.1:3000'),
    adminToken: textFrom(env, 'ADMIN_TOKEN', ''),
    strategies: strategiesFrom(env, 'STRATEGIES', known),
    ratePerSecond,
    durationMs: durationMsFrom(env, 'DURATION', { fallback: 15_000, min: 1000, max: 3_600_000 }),
    warmupMs: durationMsFrom(env, 'WARMUP', { fallback: 5000, min: 0, max: 600_000 }),
    writeRatio,
    listRatio,
    zipf: decimalFrom(env, 'ZIPF', { fallback: 0.99, min: 0, max: 10 }),
    ttlMs: integerFrom(env, 'TTL_MS', { fallback: 5000, min: 1, max: 86_400_000 }),
    originDelayMs:
      textFrom(env, 'ORIGIN_DELAY_MS', '') === ''
        ? null
        : integerFrom(env, 'ORIGIN_DELAY_MS', { fallback: 0, min: 0, max: 5000 }),
    seed: integerFrom(env, 'SEED', { fallback: 1, min: 0, max: Number.MAX_SAFE_INTEGER }),
    posts: integerFrom(env, 'POSTS', { fallback: 10_000, min: 1, max: 1_000_000 }),
    vus: integerFrom(env, 'VUS', { fallback: Math.max(10, Math.ceil(ratePerSecond / 2)), min: 1, max: 10_000 }),
    acceptEncoding,
  }
}
