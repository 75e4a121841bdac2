import { type Kysely, sql } from 'kysely'
import type { PostsDatabase } from './database.ts'
import { generator } from './make-posts.ts'
import type { Tables } from './tables.ts'

/** What a load is known by: the same count and seed make the same rows. */
export interface LoadKey {
  count: number
  /** Default 1. */
  seed?: number
}

/**
 * Whether each of these schemas was last loaded with exactly this count and seed (and by this edition of the word lists).
 * What users changed since does not count: their edits are to be kept. A schema without tables was not loaded.
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

/** Part of the load's own transaction. */
export async function recordLoad(db: Kysely<Tables>, schema: string, load: Required<LoadKey>): Promise<void> {
  const tables = db.withSchema(schema)
  await tables.deleteFrom('loads').execute()
  await tables.insertInto('loads').values({ post_count: load.count, seed: load.seed, generator }).execute()
}
