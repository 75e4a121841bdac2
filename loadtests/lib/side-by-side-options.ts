import { type Workload, type WorkloadName, workloadNames, workloads } from '../../packages/workload/src/index.ts'
import { baseUrlsFrom, choiceFrom, type Env, integerFrom, strategiesFrom, textFrom } from './env.ts'
import { type LoadOptions, loadFrom, recordedLoad } from './load-from.ts'
import type { RecordingFacts } from './recording.ts'

/** The options for `-e NAME=value`. */
export interface SideBySideOptions extends LoadOptions {
  /**
   * BASE_URL: the API's address, or a comma-separated list of API processes on one Redis, used in turn.
   * Default http://127.0.0.1:3000.
   */
  baseUrls: string[]
  /** ADMIN_TOKEN: sent with admin requests. Default: none; an API without a token accepts local requests. */
  adminToken: string
  /** STRATEGIES: the strategies, in this order. Default all. */
  strategies: string[]
  /** WORKLOAD: a preset of packages/workload, which sets the defaults of the other options. Default blog; null for a TRACE. */
  workload: WorkloadName | null
  /** TTL_MS: how long an entry is fresh during the run. Default 6000, 1 … 86,400,000. */
  ttlMs: number
  /**
   * ORIGIN_DELAY_MS: the added delay per load of posts, which represents joins and remote calls. Not added to the report.
   * Default 25; 0 … 5000.
   */
  originDelayMs: number
  /** SEED: determines the operations. Default 1. */
  seed: number
  /** VUS: the maximum number of concurrent requests; further operations are dropped. Default RATE / 2, at least 10. */
  vus: number
  /** ACCEPT_ENCODING: `gzip` as browsers send it, or `identity`. */
  acceptEncoding: string
  /**
   * TRACE: a file of recorded operations that replace those of the WORKLOAD. It determines the posts, the duration and
   * the shares; RATE, DURATION, ZIPF and the ratios have no effect. Default null.
   */
  trace: { file: string; operations: number } | null
}

/**
 * @param recording the parsed file of TRACE
 * @throws OptionError that names the variable, its value and the allowed values
 */
export function sideBySideOptions(
  env: Env,
  known: readonly string[],
  recording: { file: string; facts: RecordingFacts } | null = null,
): SideBySideOptions {
  const workload = choiceFrom(env, 'WORKLOAD', workloadNames) ?? 'blog'
  const preset: Workload = workloads[workload]
  const ttlMs = integerFrom(env, 'TTL_MS', { fallback: preset.ttlMs, min: 1, max: 86_400_000 })
  const load = recording === null ? loadFrom(env, preset, ttlMs) : recordedLoad(env, recording.facts, ttlMs)
  const vus = Math.max(10, Math.ceil(load.ratePerSecond / 2), Math.ceil(load.peakPerSecond / 4))
  const { peakPerSecond: _, ...shown } = load
  return {
    baseUrls: baseUrlsFrom(env, 'BASE_URL', 'http://127.0.0.1:3000'),
    adminToken: textFrom(env, 'ADMIN_TOKEN', ''),
    strategies: strategiesFrom(env, 'STRATEGIES', known),
    workload: recording === null ? workload : null,
    ...shown,
    ttlMs,
    originDelayMs: integerFrom(env, 'ORIGIN_DELAY_MS', {
      // A recording has no preset.
      fallback: recording === null ? preset.originDelayMs : 0,
      min: 0,
      max: 5000,
    }),
    seed: integerFrom(env, 'SEED', { fallback: 1, min: 0, max: Number.MAX_SAFE_INTEGER }),
    vus: integerFrom(env, 'VUS', { fallback: vus, min: 1, max: 10_000 }),
    acceptEncoding: choiceFrom(env, 'ACCEPT_ENCODING', ['gzip', 'identity']) ?? 'gzip',
    trace: recording === null ? null : { file: recording.file, operations: recording.facts.operations },
  }
}
