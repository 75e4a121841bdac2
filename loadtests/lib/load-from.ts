import { measuredMsFor, type Workload, warmupMsFor } from '../../packages/workload/src/index.ts'
import { decimalFrom, durationMsFrom, type Env, integerFrom, OptionError } from './env.ts'
import type { RecordingFacts } from './recording.ts'

const RATIOS = {
  WRITE_RATIO: 'writeShare',
  LIST_RATIO: 'listShare',
  PAGE_RATIO: 'pageShare',
  REPORT_RATIO: 'reportShare',
  INSERT_RATIO: 'insertShare',
  RMW_RATIO: 'readModifyWriteShare',
} as const

/** The operations and their times, as set with `-e NAME=value`. */
export interface LoadOptions {
  /** RATE: operations started per second, regardless of their duration. Default 200, 1 … 10,000. */
  ratePerSecond: number
  /** DURATION: how long each strategy is measured. Default two TTLs, at least 10s. 1s … 1h. */
  durationMs: number
  /** WARMUP: the same load before that, unmeasured. Default one TTL, 10s … 30s. 0s … 10m; none for a cold start. */
  warmupMs: number
  /** WRITE_RATIO: fraction of the operations that change a title. Default 0.005, 0 … 1. */
  writeRatio: number
  /** LIST_RATIO: fraction of the operations that read all posts, 3.6 MB each. Default 0, 0 … 1. */
  listRatio: number
  /** PAGE_RATIO: fraction of the operations that read the first page, 20 posts. Default 0.2, 0 … 1. */
  pageRatio: number
  /** REPORT_RATIO: fraction of the operations that read the report over all posts. Default 0.005, 0 … 1. */
  reportRatio: number
  /** INSERT_RATIO: fraction of the operations that insert a post, which is deleted afterwards. Default 0, 0 … 1. */
  insertRatio: number
  /** RMW_RATIO: fraction of the operations that read a post and then change its title. Default 0, 0 … 1. */
  rmwRatio: number
  /** ZIPF: exponent of the posts' popularity. Default 0.99 (YCSB), 0 = uniform, at most 10. */
  zipf: number
  /** POSTS: the number of posts that are read and written, ids 1 … POSTS. Default 150, at most 1,000,000. */
  posts: number
  /** `latest`: the latest posts are the popular ones. From the preset. */
  popularity: Workload['popularity']
  /** A flash crowd during a part of the measured phase. From the preset. */
  crowd: Workload['crowd']
}

export interface Load extends LoadOptions {
  /** The peak rate of the run. */
  peakPerSecond: number
}

/** @throws OptionError */
export function loadFrom(env: Env, preset: Workload, ttlMs: number): Load {
  const ratePerSecond = integerFrom(env, 'RATE', { fallback: preset.ratePerSecond, min: 1, max: 10_000 })
  const [writeRatio, listRatio, pageRatio, reportRatio, insertRatio, rmwRatio] = Object.entries(RATIOS).map(
    ([name, share]) => decimalFrom(env, name, { fallback: preset[share], min: 0, max: 1 }),
  ) as [number, number, number, number, number, number]
  const sum = writeRatio + listRatio + pageRatio + reportRatio + insertRatio + rmwRatio
  if (sum > 1)
    throw new OptionError(
      `${Object.keys(RATIOS).join(' + ')} is ${Number(sum.toFixed(6))}; together they must be at most 1`,
    )
  return {
    ratePerSecond,
    peakPerSecond: ratePerSecond * (preset.crowd?.rateFactor ?? 1),
    durationMs: durationMsFrom(env, 'DURATION', { fallback: measuredMsFor(ttlMs), min: 1000, max: 3_600_000 }),
    warmupMs: preset.cold ? 0 : warmupFrom(env, ttlMs),
    writeRatio,
    listRatio,
    pageRatio,
    reportRatio,
    insertRatio,
    rmwRatio,
    zipf: decimalFrom(env, 'ZIPF', { fallback: preset.zipf, min: 0, max: 10 }),
    posts: integerFrom(env, 'POSTS', { fallback: preset.posts, min: 1, max: 1_000_000 }),
    popularity: preset.popularity,
    crowd: preset.crowd,
  }
}

/** @throws OptionError */
export function recordedLoad(env: Env, facts: RecordingFacts, ttlMs: number): Load {
  const lengthMs = facts.stages.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const warmupMs = warmupFrom(env, ttlMs)
  if (warmupMs >= lengthMs) {
    throw new OptionError(`WARMUP is "${warmupMs}ms"; it must be shorter than the recording of TRACE, ${lengthMs}ms`)
  }
  const { writeRatio, listRatio, pageRatio, rmwRatio } = facts
  return {
    ratePerSecond: (facts.operations * 1000) / lengthMs,
    peakPerSecond: Math.max(...facts.stages.map((stage) => stage.ratePerSecond)),
    durationMs: lengthMs - warmupMs,
    warmupMs,
    writeRatio,
    listRatio,
    pageRatio,
    reportRatio: 0,
    insertRatio: 0,
    rmwRatio,
    zipf: 0,
    posts: Math.max(1, facts.posts),
    popularity: 'zipf',
    crowd: null,
  }
}

/** One TTL, so that the cache fills up. */
function warmupFrom(env: Env, ttlMs: number): number {
  return durationMsFrom(env, 'WARMUP', { fallback: warmupMsFor(ttlMs), min: 0, max: 600_000 })
}
