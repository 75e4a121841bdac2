/**
 * The format of `comparison.json` in a comparison's folder under `results/`. Every report and recommendation is computed
 * from this file, so it can be checked and repeated.
 */
import { z } from 'zod'
import { fromVersion2 } from './from-version-2.ts'
import { type MeasureName, measureNames } from './measures.ts'

/** Raised if a field is removed or changes its meaning, not for new fields. Version 2 is still read. */
export const SCHEMA_VERSION = 3

const count = z.number().int().nonnegative()
const figure = z.number().nullable()

/** Operations as counted by one side. */
const counts = z.object({ reads: count, writes: count, hits: count })

/** The load on the API: every parameter of `packages/workload`, with its resolved value. */
const workload = z.object({
  name: z.string(),
  title: z.string(),
  /** The source of its parameters. */
  source: z.string(),
  /** Posts that the load reads and writes. */
  posts: count,
  ratePerSecond: z.number().positive(),
  /** Exponent of the posts' popularity. */
  zipf: z.number().nonnegative(),
  /** Shares of the operations, 0 to 1; the rest reads one post. */
  writeShare: z.number(),
  listShare: z.number(),
  /** The first page of 20. */
  pageShare: z.number(),
  /** The report over all posts. */
  reportShare: z.number(),
  insertShare: z.number(),
  readModifyWriteShare: z.number(),
  ttlMs: z.number().positive(),
  /** Added to each load of posts after its query; the report has none. */
  originDelayMs: z.number().nonnegative(),
  /** `latest`: the most recent posts are the popular ones. */
  popularity: z.enum(['zipf', 'latest']),
  /** Measured from an empty cache, without a warm-up. */
  cold: z.boolean(),
  /** A flash crowd in a part of the measured phase: a higher rate, with most operations on one post. */
  crowd: z
    .object({
      /** `from` and `to`: shares of the measured phase, 0 to 1. */
      from: z.number(),
      to: z.number(),
      /** Multiplies the rate. */
      rateFactor: z.number(),
      /** Share of the operations that read the one post. */
      share: z.number(),
    })
    .nullable(),
  /** The replayed file. The shares above then describe its content. */
  trace: z
    .object({
      file: z.string(),
      requests: count,
      skipped: count,
      keys: count,
      speed: z.number(),
      /** The trace flags of these names. Absent: none were given. */
      chosenBy: z
        .object({
          format: z.string().exactOptional(),
          include: z.array(z.string()).exactOptional(),
          exclude: z.array(z.string()).exactOptional(),
          absent: z.string().exactOptional(),
        })
        .exactOptional(),
    })
    .nullable(),
})

export const comparisonConfig = z.object({
  workload,
  strategies: z.array(z.string()),
  /** How many times each strategy is measured. */
  runs: count,
  seed: count,
  warmupMs: count,
  measuredMs: count,
  /** Independent clients that look for old values after the load: `run/probe.ts`. */
  probe: z.object({ racedPosts: count, quietPosts: count, readersPerPost: count, durationMs: count }),
  /** Rows in each strategy's copy; the load uses the first of them. Null: the copy of an external API. */
  rows: count.nullable(),
  apiProcesses: count,
})

const environment = z.object({
  cpus: count,
  cpuModel: z.string(),
  memoryBytes: count,
  os: z.string(),
  node: z.string(),
  k6: z.string(),
  redis: z.string(),
  postgres: z.string(),
  /** Limit on an API process's connections to Postgres, and so on its concurrent loads. */
  databaseConnections: count.nullable(),
  commit: z.string().nullable(),
  /** Whether the code had uncommitted changes. */
  modified: z.boolean().nullable(),
})

export const comparedStrategy = z.object({
  name: z.string(),
  title: z.string(),
  read: z.string(),
  write: z.string(),
  store: z.string(),
  /** Its options by name: `ttlMs`, `staleMs`, … Absent in older files. */
  tuning: z.record(z.string(), z.number()).exactOptional(),
  /** Its guarantee, as in `GET /api/strategies`: docs/http-api.md has the fields. */
  promise: z.object({
    staleForAtMostMs: z.number(),
    readAfterWrite: z.boolean(),
    readAfterWriteOf: z.enum(['keys and tags', 'keys', 'none']),
    where: z.enum(['every process', 'this process']),
    othersWithinMs: z.number().exactOptional(),
    loadsPerExpiry: z.union([
      z.object({ atMost: z.number(), per: z.enum(['expiry', 'process', 'read']) }),
      z.object({ expected: z.number(), per: z.literal('expiry') }),
    ]),
    mayLoseWrites: z.boolean(),
    /** How a naive form returns old values. It guarantees nothing. */
    breaks: z.string().exactOptional(),
  }),
})

/** One strategy measured once. */
const turn = z.object({
  strategy: z.string(),
  /** The number of the repetition, from 1. */
  run: count,
  /** Its position in the order of all turns, from 1. */
  place: count,
  startedAt: z.iso.datetime(),
  /** `failed-check`: measured, but a check failed. `technical-error`: no figures. Only `ok` turns count. */
  status: z.enum(['ok', 'failed-check', 'technical-error']),
  /** The failed checks, a line each. */
  problems: z.array(z.string()),
  /** Null or absent: not known. */
  measures: z.preprocess(
    withoutRemoved,
    z.partialRecord(z.enum(measureNames as [MeasureName, ...MeasureName[]]), figure),
  ),
  /** For each probe write that was read stale: from its acknowledgement to the start of the last stale read, in ms, ascending. */
  staleness: z.object({
    writes: count,
    windowsMs: z.array(z.number()),
    /** For each write: from its acknowledgement to the start of the last read of its post, in ms, ascending. Absent in older files. */
    observedMs: z.array(z.number()).exactOptional(),
  }),
  /** Operations of the whole turn, warm-up included, as each side counted them. Null: not comparable. */
  account: z.object({ k6: counts, probe: counts, server: counts.nullable(), agree: z.boolean().nullable() }),
  /** Violations seen by the probe, by the kinds of `history`, and the timeline of the first one, a line per operation. */
  violations: z.object({ counts: z.record(z.string(), count), schedule: z.array(z.string()) }),
  /** Shares of the machine's CPU time: used by other processes just before, stolen by the host during the turn, idle while measured. */
  machine: z.object({ busyBefore: figure, stolen: figure, idle: figure }),
  /**
   * What Redis was used for per second while no requests were sent. The measures leave it out. Absent in older files, whose
   * measures contain it, and where Redis can't be observed.
   */
  redisIdle: z.object({ commands: z.number(), bytes: z.number(), cpuMs: z.number() }).exactOptional(),
  /** k6's complete result. */
  k6: z.unknown(),
})

/** Older files have a share of writes seen after 10 s, but no probe took that long. */
function withoutRemoved(measures: unknown): unknown {
  if (typeof measures !== 'object' || measures === null) return measures
  const { consistentAfter10S: _, ...rest } = measures as Record<string, unknown>
  return rest
}

const current = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('comparison'),
  startedAt: z.iso.datetime(),
  /** Null while turns are missing. */
  finishedAt: z.iso.datetime().nullable(),
  config: comparisonConfig,
  environment,
  strategies: z.array(comparedStrategy),
  /** In the order of execution. */
  turns: z.array(turn),
})

export const comparisonSchema = z.preprocess(fromVersion2, current)

export type Comparison = z.infer<typeof current>
export type Turn = z.infer<typeof turn>
export type ComparedStrategy = z.infer<typeof comparedStrategy>
export type ComparisonConfig = z.infer<typeof comparisonConfig>
export type ComparedWorkload = z.infer<typeof workload>
export type Environment = z.infer<typeof environment>

/** The share of the operations that write a post: those that also read it and inserts included. */
export function writesIn(workload: ComparedWorkload): number {
  return workload.writeShare + workload.insertShare + workload.readModifyWriteShare
}
