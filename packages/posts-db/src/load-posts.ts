import { type Kysely, sql } from 'kysely'
import { checkWhole } from './check-whole.ts'
import type { PostsDatabase } from './database.ts'
import { PostsDbError, reasonOf } from './errors.ts'
import { recordLoad, schemaLoaded } from './load-record.ts'
import { makePosts } from './make-posts.ts'
import type { Tables } from './tables.ts'

/** The limits of `loadPosts` and of the command's flags. */
export const loadLimits = { maxCount: 1_000_000, maxSeed: 4_294_967_295 } as const

export interface LoadOptions {
  /** Posts per schema: 1 … 1,000,000. */
  count: number
  /** 0 … 4,294,967,295, default 1. The same seed and count make the same rows anywhere. */
  seed?: number
  /** Keep schemas that already hold this load, including users' later changes. Default false. */
  keepLoaded?: boolean
  /** Called after each batch with the rows written so far and the rows to write, both over all schemas. */
  onProgress?: (done: number, total: number) => void
}

export interface LoadResult {
  /** False if `keepLoaded` kept every schema. */
  loaded: boolean
  /** The schemas that were replaced. */
  schemas: string[]
  /** Posts in each of them. */
  count: number
  seed: number
  durationMs: number
}

/** Rows per statement: about 3 MB, so that progress moves and no statement comes near its timeout. */
const batchRows = 10_000

/**
 * Replaces the posts of each schema with `count` made-up ones with the ids 1 … `count`; the next created post gets
 * `count` + 1. It is one transaction over all schemas: a failure changes nothing. Until it ends, readers and writers of these
 * schemas wait.
 *
 * @param schemas names from {@link schemaName}, migrated
 * @throws PostsDbError `BAD_OPTION` before anything is sent; `LOAD_FAILED` with the cause
 */
export async function loadPosts(
  db: PostsDatabase,
  schemas: readonly string[],
  options: LoadOptions,
): Promise<LoadResult> {
  const { count, seed = 1, keepLoaded = false, onProgress } = options
  checkWhole('count', count, 1, loadLimits.maxCount)
  checkWhole('seed', seed, 0, loadLimits.maxSeed)
  if (schemas.length === 0) {
    throw new PostsDbError('BAD_OPTION', 'no schema to load posts into; give at least one')
  }
  const startedMs = performance.now()
  // In a fixed order, so that two concurrent loads wait for each other instead of deadlocking.
  const asked = [...new Set(schemas)].sort()
  const targets = keepLoaded ? await notLoaded(db, asked, { count, seed }) : asked

  const total = count * targets.length
  let done = 0
  const wrote = (rows: number) => {
    done += rows
    onProgress?.(done, total)
  }
  try {
    await db.kysely.transaction().execute((transaction) => replaceAll(transaction, targets, { count, seed }, wrote))
  } catch (error) {
    throw new PostsDbError('LOAD_FAILED', `loading ${count} posts failed, nothing was changed: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  return { loaded: targets.length > 0, schemas: targets, count, seed, durationMs: performance.now() - startedMs }
}

async function notLoaded(
  db: PostsDatabase,
  schemas: readonly string[],
  load: { count: number; seed: number },
): Promise<string[]> {
  const missing: string[] = []
  for (const schema of schemas) {
    if (!(await schemaLoaded(db, schema, load))) missing.push(schema)
  }
  return missing
}

async function replaceAll(
  db: Kysely<Tables>,
  schemas: readonly string[],
  load: { count: number; seed: number },
  wrote: (rows: number) => void,
): Promise<void> {
  const [first, ...others] = schemas
  if (first === undefined) return
  // All locks first: from here on no other client can change the rows to be copied.
  for (const schema of schemas) await sql`truncate ${posts(schema)} restart identity`.execute(db)
  for (const { from, to } of batches(load.count)) {
    await insertMade(db, first, { from, to, ...load })
    wrote(to - from + 1)
  }
  // Rows are sent once; the other copies are made inside Postgres.
  for (const schema of others) {
    for (const { from, to } of batches(load.count)) {
      await copy(db, first, schema, from, to)
      wrote(to - from + 1)
    }
  }
  for (const schema of schemas) {
    await sql`select setval(pg_get_serial_sequence(format('%I.posts', ${schema}::text), 'id'), ${load.count})`.execute(
      db,
    )
    await recordLoad(db, schema, load)
    // Without statistics the planner would guess right after a load.
    await sql`analyze ${posts(schema)}`.execute(db)
  }
}

async function insertMade(
  db: Kysely<Tables>,
  schema: string,
  part: { from: number; to: number; count: number; seed: number },
): Promise<void> {
  // One JSON parameter, not one per field: a statement has at most 65,535.
  const rows = JSON.stringify(makePosts(part))
  await sql`
    insert into ${posts(schema)} (id, title, content, author, created_at, updated_at)
    select id, title, content, author, created_at, created_at
    from json_to_recordset(${rows}::json)
      as made (id integer, title text, content text, author text, created_at timestamptz)
    order by id`.execute(db)
}

async function copy(db: Kysely<Tables>, source: string, target: string, from: number, to: number): Promise<void> {
  await sql`
    insert into ${posts(target)} (id, title, content, author, created_at, updated_at, version)
    select id, title, content, author, created_at, updated_at, version
    from ${posts(source)} where id between ${from} and ${to}
    order by id`.execute(db)
}

function posts(schema: string) {
  return sql.id(schema, 'posts')
}

function* batches(count: number): Generator<{ from: number; to: number }> {
  for (let from = 1; from <= count; from += batchRows) yield { from, to: Math.min(from + batchRows - 1, count) }
}
