import { type Kysely, sql } from 'kysely'
import type { PostsDatabase } from './database.ts'
import { generator } from './make-posts.ts'
import type { Tables } from './tables.ts'

/**
 * Whether each of these schemas was last loaded with exactly this count and seed (and by this edition of the word lists).
 * What users changed since does not count: their edits are to be kept. A schema without tables was not loaded.
 */
export async function postsLoaded(
  db: PostsDatabase,
  schemas: readonly string[],
  options: { count: number; seed?: number },
): Promise<boolean> {
  for (const schema of schemas) {
    if (!(await isLoaded(db, schema, options))) return false
  }
  return true
}

async function isLoaded(
  db: PostsDatabase,
  schema: string,
  options: { count: number; seed?: number },
): Promise<boolean> {
  const { count, seed = 1 } = options
  const { exists } = await sql<{ exists: boolean }>`
    select exists (
      select from information_schema.tables where table_schema = ${schema} and table_name = 'loads'
    ) as exists`
    .execute(db.kysely)
    .then((result) => result.rows[0]!)
  if (!exists) return false
  const row = await db.kysely
    .withSchema(schema)
    .selectFrom('loads')
    .select('only')
    .where('post_count', '=', count)
    .where('seed', '=', seed)
    .where('generator', '=', generator)
    .executeTakeFirst()
  return row !== undefined
}

/** Part of the load's own transaction. `db` is already bound to the schema. */
export async function recordLoad(db: Kysely<Tables>, load: { count: number; seed: number }): Promise<void> {
  await db.deleteFrom('loads').execute()
  await db.insertInto('loads').values({ post_count: load.count, seed: load.seed, generator }).execute()
}
