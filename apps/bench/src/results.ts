/** One bench as data: `results/bench.json`, stored as `docs/runs/bench.json`. No imports from Node, so that scripts can read it. */
import { z } from 'zod'
import { libraryNames } from './libraries/names.ts'
import { figureNames } from './measure/figures.ts'
import { rowNames } from './rows.ts'
import { sizeNames } from './sizes.ts'

const rounds = z.array(z.number().nullable())

const entrySchema = z.strictObject({
  library: z.enum(libraryNames),
  /** Operations in each timed window. */
  ops: z.number(),
  /** Each figure in each round, in their order: the first numbers of all libraries belong to the same round. */
  rounds: z.strictObject(
    Object.fromEntries(figureNames.map((name) => [name, rounds])) as Record<
      (typeof figureNames)[number],
      typeof rounds
    >,
  ),
  /** Redis commands per operation in the last round, by name. */
  byCommand: z.record(z.string(), z.number()),
  /** Redis commands that the library sends per operation, without those that its scripts call. */
  sent: z.number(),
})

const groupSchema = z.strictObject({
  row: z.enum(rowNames),
  title: z.string(),
  operation: z.string(),
  size: z.enum(sizeNames),
  keys: z.number(),
  inFlight: z.number(),
  entries: z.array(entrySchema),
})

export const benchSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('bench'),
  date: z.string(),
  /** Null outside a checkout. */
  commit: z.string().nullable(),
  modified: z.boolean().nullable(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number(),
    memoryGiB: z.number(),
    os: z.string(),
    node: z.string(),
    redis: z.string(),
    /** Over one minute, before and after. */
    loadAverage: z.tuple([z.number(), z.number()]),
  }),
  options: z.strictObject({ rounds: z.number(), windowMs: z.number(), seed: z.number() }),
  libraries: z.array(
    z.strictObject({
      name: z.enum(libraryNames),
      title: z.string(),
      package: z.string(),
      version: z.string(),
      form: z.enum(['bytes', 'object']),
      /** The statements that were checked before it was timed, by use. */
      proved: z.record(z.string(), z.array(z.string())),
    }),
  ),
  groups: z.array(groupSchema),
  /** Rows that measured something else than they say. */
  problems: z.array(z.string()),
})

export type Bench = z.infer<typeof benchSchema>
export type Group = z.infer<typeof groupSchema>
export type Entry = z.infer<typeof entrySchema>
