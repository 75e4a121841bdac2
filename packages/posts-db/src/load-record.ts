import { type Kysely, sql } from 'kysely'
import type { PostsDatabase } from './database.ts'
import { generator } from './make-posts.ts'
import type { Tables } from './tables.ts'

/** Identifies a load: the same count and seed make the same rows. */
export interface LoadKey {
  count: number
  /** Default 1. */
  seed?: number
}

/**
 * Whether each of these schemas was last loaded with this count and seed (and this edition of the word lists). Later edits by
 * users don't matter. A schema without tables was not loaded.
 */
export async function postsLoaded(db: PostsDatabase, schemas: readonly string[], load: LoadKey): Promise<boolean> {
  for (const schema of schemas) {
    if (!(await schemaLoaded(db, schema, load))) return false
  }
  return true
}

/** As {@link postsLoaded}, for one schema. */
export async function schemaLoaded(db: PostsDatabase, schema: string, { count, seed = 1 }: LoadKey): Promise<boolean> {
  const tables = await sql<{ found: boolean }>`
    select to_regclass(format('%I.loads', ${schema}::text)) is not null as found`.execute(db.kysely)
  if (!tables.rows[0]?.found) return false
  const record = await db.kysely
    .withSchema(schema)
    .selectFrom('loads')
    .select('only')
    .where('post_count', '=', count)
    .where('seed', '=', seed)
    .where('generator', '=', generator)
    .executeTakeFirst()
  return record !== undefined
}

/** A recorded load. */
export type Load = Required<LoadKey>

/** The last load of this schema; undefined if there was none. The schema must be migrated. */
export async function storedLoad(db: PostsDatabase, schema: string): Promise<Load | undefined> {
  const loads = db.kysely.withSchema(schema).selectFrom('loads')
  const record = await loads.select(['post_count', 'seed']).executeTakeFirst()
  return record && { count: record.post_count, seed: Number(record.seed) }
}

/**
 * Identifies the last load of each schema, different even for the same count and seed; undefined if there was none.
 * One statement; the result is in the order of `schemas`.
 */
export async function loadIds(db: PostsDatabase, schemas: readonly string[]): Promise<(string | undefined)[]> {
  // Each load inserts a new row, so the id of its transaction identifies it.
  const idOf = (schema: string) => sql`(select xmin::text from ${sql.id(schema, 'loads')})`
  const { rows } = await sql<{ ids: (string | null)[] }>`
    select array[${sql.join(schemas.map(idOf))}]::text[] as ids`.execute(db.kysely)
  return rows[0]!.ids.map((id) => id ?? undefined)
}

/** Runs in the load's own transaction. */
export async function recordLoad(db: Kysely<Tables>, schema: string, load: Load): Promise<void> {
  const tables = db.withSchema(schema)
  await tables.deleteFrom('loads').execute()
  await tables.insertInto('loads').values({ post_count: load.count, seed: load.seed, generator }).execute()
}
