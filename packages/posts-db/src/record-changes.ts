import { sql } from 'kysely'
import type { PostsDatabase } from './database.ts'

/**
 * From now on every change of this schema's posts, also by other programs, adds a row to its `outbox`, in its own transaction.
 * Only for a schema with a relay: otherwise the rows would pile up. May be called again, by several processes concurrently; it
 * takes no lock if it is already enabled.
 *
 * @param schema a name from {@link schemaName}, migrated
 */
export async function recordChanges(db: PostsDatabase, schema: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tgname as name from pg_trigger
    where tgrelid = format('%I.posts', ${schema}::text)::regclass and tgname like 'record\\_%' and tgenabled = 'D'`.execute(
    db.kysely,
  )
  if (rows.length === 0) return
  const enabled = rows.map(({ name }) => sql`enable trigger ${sql.id(name)}`)
  await sql`alter table ${sql.id(schema, 'posts')} ${sql.join(enabled)}`.execute(db.kysely)
}
