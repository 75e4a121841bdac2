import { type Kysely, sql } from 'kysely'
import type { PostsDatabase } from './database.ts'
import { PostsDbError } from './errors.ts'
import { recordLoad } from './load-record.ts'
import { makePosts } from './make-posts.ts'
import type { Tables } from './tables.ts'

/** What `loadPosts` accepts; the CLI checks its flags against the same. */
export const loadLimits = { maxCount: 1_000_000, maxSeed: 4_294_967_295 } as const

export interface LoadOptions {
  /** Posts per schema: 1 … 1,000,000. */
  count: number
  /** 0 … 4,294,967,295, default 1. The same seed and count make the same rows anywhere. */
  seed?: number
  /** Called after each batch with rows written so far and rows to write, both over all schemas. */
  onProgress?: (done: number, total: number) => void
}

/** What a load did. */
export interface LoadResult {
  loaded: true
  /** Posts per schema. */
  count: number
  seed: number
  schemas: string[]
  durationMs: number
}

/** Rows per statement: about 3 MB, so that progress moves and no statement comes near the timeout. */
const batchRows = 10_000

/**
 * Replaces the posts of each schema by `count` made-up ones with the ids 1 … `count`; the next post created gets
 * `count` + 1. One transaction over all schemas: after a failure every schema holds what it held before. Readers and
 * writers of these schemas wait until it is done.
 *
 * @param schemas names from {@link schemaName}, migrated
 * @throws PostsDbError `BAD_OPTION` before anything is sent; `LOAD_FAILED` with the cause
 */
export async function loadPosts(
  db: PostsDatabase,
  schemas: readonly string[],
  options: LoadOptions,
): Promise<LoadResult> {
  const { count, seed = 1, onProgress } = options
  checkWhole('count', count, 1, loadLimits.maxCount)
  checkWhole('seed', seed, 0, loadLimits.maxSeed)
  // In one order, whoever asks: two loads at once then wait for each other instead of ending in a deadlock.
  const [first, ...others] = [...new Set(schemas)].sort()
  if (first === undefined) throw new PostsDbError('BAD_OPTION', 'no schema to load posts into; give at least one')

  const startedMs = performance.now()
  const total = count * (1 + others.length)
  let done = 0
  const progress = (rows: number) => {
    done += rows
    onProgress?.(done, total)
  }

  try {
    await db.kysely.transaction().execute(async (transaction) => {
      for (const schema of [first, ...others]) await empty(transaction, schema)
      // Made once and sent once; the other copies are made inside Postgres, from rows nobody else can see yet.
      for (const [from, to] of batches(count)) {
        await insertMade(transaction, first, { from, to, count, seed })
        progress(to - from + 1)
      }
      for (const schema of others) {
        for (const [from, to] of batches(count)) {
          await copyPosts(transaction, first, schema, from, to)
          progress(to - from + 1)
        }
      }
      for (const schema of [first, ...others]) await finish(transaction, schema, { count, seed })
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new PostsDbError('LOAD_FAILED', `loading ${count} posts failed, the old ones are kept: ${reason}`, {
      cause: error,
    })
  }
  return { loaded: true, count, seed, schemas: [first, ...others], durationMs: performance.now() - startedMs }
}

async function empty(db: Kysely<Tables>, schema: string): Promise<void> {
  await sql`truncate ${sql.table(`${schema}.posts`)} restart identity`.execute(db)
}

async function insertMade(
  db: Kysely<Tables>,
  schema: string,
  part: { from: number; to: number; count: number; seed: number },
): Promise<void> {
  // One JSON parameter instead of six per row: a statement takes 65,535.
  const rows = JSON.stringify(makePosts(part))
  await sql`
    insert into ${sql.table(`${schema}.posts`)} (id, title, content, author, created_at, updated_at)
    select id, title, content, author, created_at, created_at
    from json_to_recordset(${rows}::json)
      as made (id integer, title text, content text, author text, created_at timestamptz)
    order by id`.execute(db)
}

async function copyPosts(db: Kysely<Tables>, source: string, target: string, from: number, to: number): Promise<void> {
  await sql`
    insert into ${sql.table(`${target}.posts`)} (id, title, content, author, created_at, updated_at, version)
    select id, title, content, author, created_at, updated_at, version
    from ${sql.table(`${source}.posts`)} where id between ${from} and ${to}
    order by id`.execute(db)
}

async function finish(db: Kysely<Tables>, schema: string, load: { count: number; seed: number }): Promise<void> {
  await sql`select setval(pg_get_serial_sequence(${`${schema}.posts`}, 'id'), ${load.count})`.execute(db)
  await recordLoad(db.withSchema(schema), load)
  // Without statistics the first plans after a load are guesses.
  await sql`analyze ${sql.table(`${schema}.posts`)}`.execute(db)
}

function* batches(count: number): Generator<[from: number, to: number]> {
  for (let from = 1; from <= count; from += batchRows) yield [from, Math.min(from + batchRows - 1, count)]
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new PostsDbError('BAD_OPTION', `${name} must be a whole number from ${min} to ${max}, got ${value}`)
  }
}
