import { type Kysely, sql } from 'kysely'

/** Frozen: later changes are later migrations. Must not use the current table types. */
export async function createPosts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('posts')
    .addColumn('id', 'integer', (column) => column.generatedByDefaultAsIdentity().primaryKey())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('author', 'text', (column) => column.notNull())
    // Milliseconds, as in the JSON, so that stored and shown values are equal.
    .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
    .addColumn('updated_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
    .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
    .addCheckConstraint('posts_title_length', sql`char_length(title) between 1 and 200`)
    .addCheckConstraint('posts_content_length', sql`char_length(content) <= 20000`)
    .addCheckConstraint('posts_author_length', sql`char_length(author) between 1 and 100`)
    .addCheckConstraint('posts_version_positive', sql`version >= 1`)
    .execute()

  await db.schema
    .createTable('loads')
    // Only one value is allowed, so that there is at most one row.
    .addColumn('only', 'boolean', (column) => column.primaryKey().defaultTo(true).check(sql`"only"`))
    .addColumn('post_count', 'integer', (column) => column.notNull())
    .addColumn('seed', 'bigint', (column) => column.notNull())
    .addColumn('generator', 'integer', (column) => column.notNull())
    .execute()
}
