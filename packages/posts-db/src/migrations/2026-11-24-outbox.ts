import { outboxTable } from 'cache-core/postgres'
import { type Kysely, sql } from 'kysely'

/** Above this number of rows in one statement everything is invalidated, which is simpler. */
const MAX_KEYS = 1_000

/**
 * Every change of a post, by the API or another program, adds a row to the outbox, in its own transaction. The triggers for this are
 * created but not enabled: see `recordChanges`. The trigger that counts versions is always enabled. Frozen, like every migration.
 */
export async function createOutbox(db: Kysely<unknown>, schema: string): Promise<void> {
  for (const statement of outboxTable({ schema })) await sql.raw(statement).execute(db)
  const posts = sql.id(schema, 'posts')
  const outbox = sql.id(schema, 'outbox')
  const record = sql.id(schema, 'record_changes')
  const count = sql.id(schema, 'count_version')

  // Runs as its owner, with a fixed search path: a role that may change posts needs no rights on the outbox.
  await sql`
    create function ${record}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      -- Empty instead of null in a session that had a value before.
      write_id text := nullif(current_setting('posts.write_id', true), '');
      changed text[];
    begin
      case tg_op
        when 'INSERT' then
          changed := array(select 'post:' || id from new_rows limit ${sql.lit(MAX_KEYS + 1)});
        when 'DELETE' then
          changed := array(select 'post:' || id from old_rows limit ${sql.lit(MAX_KEYS + 1)});
        when 'UPDATE' then
          changed := array(
            select 'post:' || id from (select id from old_rows union select id from new_rows) as rows
            limit ${sql.lit(MAX_KEYS + 1)}
          );
        else
          insert into ${outbox} (tags, everything) values ('{posts}', true);
          return null;
      end case;
      if cardinality(changed) = 0 then
        return null;
      end if;
      insert into ${outbox} (write_id, keys, tags, everything, due_at) values (
        write_id,
        case when cardinality(changed) > ${sql.lit(MAX_KEYS)} then '{}' else changed end,
        '{posts}',
        cardinality(changed) > ${sql.lit(MAX_KEYS)},
        -- A writer with an id invalidates by itself. A relay that came first would revoke the claims of writes under way.
        clock_timestamp() + case when write_id is null then interval '0' else interval '1 s' end
      );
      if write_id is not null then
        perform set_config('posts.write_id', '', true); -- it applies to this statement, not to the transaction
      end if;
      return null;
    end $$`.execute(db)

  const tables = [
    { name: 'record_inserts', event: 'insert', rows: 'referencing new table as new_rows' },
    { name: 'record_updates', event: 'update', rows: 'referencing old table as old_rows new table as new_rows' },
    { name: 'record_deletes', event: 'delete', rows: 'referencing old table as old_rows' },
    { name: 'record_truncate', event: 'truncate', rows: '' },
  ]
  for (const { name, event, rows } of tables) {
    await sql`
      create trigger ${sql.id(name)} after ${sql.raw(event)} on ${posts} ${sql.raw(rows)}
      for each statement execute function ${record}()`.execute(db)
    await sql`alter table ${posts} disable trigger ${sql.id(name)}`.execute(db)
  }

  // The trigger's condition avoids the call for statements that raise the version themselves, as the API's do.
  await sql`
    create function ${count}() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
      new.version := old.version + 1;
      if new.updated_at = old.updated_at then
        new.updated_at := clock_timestamp();
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger count_version before update on ${posts} for each row
    when (new.version <> old.version + 1 or new.updated_at = old.updated_at)
    execute function ${count}()`.execute(db)
}
