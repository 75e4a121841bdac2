import { sql } from 'kysely'
import type { PostsDatabase } from './database.ts'

/**
 * From now on each change of this schema's posts, whoever makes it, leaves a row in its `outbox`, in its own
 * transaction. For a copy whose rows somebody delivers: elsewhere they would only pile up. May be called again, by
 * several processes at once; where it holds already nobody is kept waiting.
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
