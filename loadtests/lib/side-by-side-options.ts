import { type Workload, type WorkloadName, workloadNames, workloads } from '../../packages/workload/src/index.ts'
import { baseUrlsFrom, choiceFrom, type Env, integerFrom, strategiesFrom, textFrom } from './env.ts'
import { type LoadOptions, loadFrom, recordedLoad } from './load-from.ts'
import type { RecordingFacts } from './recording.ts'

/** What can be tuned with `-e NAME=value`; the names are those of {@link sideBySideOptions}. */
export interface SideBySideOptions extends LoadOptions {
  /**
   * BASE_URL: where the API listens; with commas, several processes of it on one Redis, asked in turn.
   * Default http://127.0.0.1:3000.
   */
  baseUrls: string[]
  /** ADMIN_TOKEN: sent with tuning and flushing. Default none, which the API allows from the same machine. */
  adminToken: string
  /** STRATEGIES: which, and in which order. Default all. */
  strategies: string[]
  /** WORKLOAD: a preset of packages/workload, whose values are the defaults of the rest. Default blog; null for a TRACE. */
  workload: WorkloadName | null
  /** TTL_MS: how long an entry is fresh during the run. Default 6000, 1 … 86,400,000. */
  ttlMs: number
  /**
   * ORIGIN_DELAY_MS: added to each load of posts after its rows are read; stands for joins and remote calls. The report
   * has none. Default 25; 0 … 5000.
   */
  originDelayMs: number
  /** SEED: another one, other operations; the same one, the same. Default 1. */
  seed: number
  /** VUS: how many requests may be under way at once before operations are dropped. Default RATE / 2, at least 10. */
  vus: number
  /** ACCEPT_ENCODING: `gzip` as browsers send it, or `identity`. */
  acceptEncoding: string
  /**
   * TRACE: a file of recorded operations to carry out instead. How many and which posts, how long it takes and the
   * shares are then what was recorded; RATE, DURATION, ZIPF and the ratios have no effect. Default null.
   */
  trace: { file: string; operations: number } | null
}

/**
 * @param recording what TRACE names, already read
 * @throws OptionError naming the variable, its value and what is allowed
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
      // What was recorded brings its own loads.
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
