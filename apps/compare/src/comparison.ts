/**
 * A comparison as it is kept: `comparison.json` in its folder under `results/`. Everything that is reported or recommended
 * is computed from this file, so that it can be checked, and done again.
 */
import { z } from 'zod'
import { fromVersion2 } from './from-version-2.ts'
import { type MeasureName, measureNames } from './measures.ts'

/** Raised when a field is removed or changes its meaning; new fields do not raise it. Version 2 is still read. */
export const SCHEMA_VERSION = 3

const count = z.number().int().nonnegative()
const figure = z.number().nullable()

/** How many operations somebody counted. */
const counts = z.object({ reads: count, writes: count, hits: count })

/** What is put on the API. Every field is a parameter of `packages/workload`, resolved, so that nothing is implied. */
const workload = z.object({
  name: z.string(),
  title: z.string(),
  /** Where its parameters come from. */
  source: z.string(),
  /** Posts that are read and written by the load. */
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
  /** `latest`: the posts inserted last are the popular ones. */
  popularity: z.enum(['zipf', 'latest']),
  /** Measured from an empty cache, without a warm-up. */
  cold: z.boolean(),
  /** For a part of the measured phase everybody comes, and most of them for one post. */
  crowd: z
    .object({
      /** From and to: shares of the measured phase, 0 to 1. */
      from: z.number(),
      to: z.number(),
      /** The rate is multiplied by it. */
      rateFactor: z.number(),
      /** Share of the operations that read the one post. */
      share: z.number(),
    })
    .nullable(),
  /** The file that is replayed, and what was read of it; the shares above then say what is in it. */
  trace: z
    .object({
      file: z.string(),
      requests: count,
      skipped: count,
      keys: count,
      speed: z.number(),
      /** How the file was read, and which of its requests were kept: the flags of that name. Absent: as it is. */
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
  /** How often each strategy is measured. */
  runs: count,
  seed: count,
  warmupMs: count,
  measuredMs: count,
  /** The independent clients that look for old values after the load: `run/probe.ts`. */
  probe: z.object({ racedPosts: count, quietPosts: count, readersPerPost: count, durationMs: count }),
  /** Rows in each strategy's copy; those that are read and written are the first of them. Null: somebody else's. */
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
  /** Connections an API process may have to Postgres at once: a ceiling to what it can load. */
  databaseConnections: count.nullable(),
  commit: z.string().nullable(),
  /** Whether the code had changes that are in no commit. */
  modified: z.boolean().nullable(),
})

export const comparedStrategy = z.object({
  name: z.string(),
  title: z.string(),
  read: z.string(),
  write: z.string(),
  store: z.string(),
  /** What it guarantees, as `GET /api/strategies` tells it: docs/http-api.md has the fields. */
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
    /** How a naive form returns old values: it guarantees nothing. */
    breaks: z.string().exactOptional(),
  }),
})

/** One strategy measured once. */
const turn = z.object({
  strategy: z.string(),
  /** From 1: which repetition. */
  run: count,
  /** From 1: its place in the order of all turns. */
  place: count,
  startedAt: z.iso.datetime(),
  /** `failed-check`: measured, but something did not add up. `technical-error`: there are no figures. Neither is used. */
  status: z.enum(['ok', 'failed-check', 'technical-error']),
  /** What did not add up, one line each. */
  problems: z.array(z.string()),
  /** Null or absent: not known. */
  measures: z.partialRecord(z.enum(measureNames as [MeasureName, ...MeasureName[]]), figure),
  /** Of the probe's writes: for each that was read stale, how long after its acknowledgement the last such read began, in ms, rising. */
  staleness: z.object({ writes: count, windowsMs: z.array(z.number()) }),
  /** Operations of the whole turn, warm-up included, as each side counted them. Null: cannot be compared. */
  account: z.object({ k6: counts, probe: counts, server: counts.nullable(), agree: z.boolean().nullable() }),
  /** The probe's reads that should not be, by kind as `history` names them, and the operations of the first one, a line each. */
  violations: z.object({ counts: z.record(z.string(), count), schedule: z.array(z.string()) }),
  /** Shares of the machine's CPU time: used by others just before, taken by the host during the turn, idle while measured. */
  machine: z.object({ busyBefore: figure, stolen: figure, idle: figure }),
  /** What k6 wrote, whole. */
  k6: z.unknown(),
})

const current = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('comparison'),
  startedAt: z.iso.datetime(),
  /** Null while turns are missing. */
  finishedAt: z.iso.datetime().nullable(),
  config: comparisonConfig,
  environment,
  strategies: z.array(comparedStrategy),
  /** In the order in which they were run. */
  turns: z.array(turn),
})

export const comparisonSchema = z.preprocess(fromVersion2, current)

export type Comparison = z.infer<typeof current>
export type Turn = z.infer<typeof turn>
export type ComparedStrategy = z.infer<typeof comparedStrategy>
export type ComparisonConfig = z.infer<typeof comparisonConfig>
export type ComparedWorkload = z.infer<typeof workload>
export type Environment = z.infer<typeof environment>
