import { type Kysely, sql } from 'kysely'

/**
 * For write-behind: `stored_id` is the queue's id of the write that a post had last from there, as one number (`stream-id.ts`); 0 for
 * none. An update that raises it brings its own version and date, because readers have seen both. All others count, as before. Frozen, like every
 * migration.
 */
export async function createStoredId(db: Kysely<unknown>, schema: string): Promise<void> {
  const posts = sql.id(schema, 'posts')
  await sql`alter table ${posts} add column stored_id numeric(39) not null default 0`.execute(db)
  await sql`drop trigger count_version on ${posts}`.execute(db)
  await sql`
    create trigger count_version before update on ${posts} for each row
    when (new.stored_id <= old.stored_id and (new.version <> old.version + 1 or new.updated_at = old.updated_at))
    execute function ${sql.id(schema, 'count_version')}()`.execute(db)
}
