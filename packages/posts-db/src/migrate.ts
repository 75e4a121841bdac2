import { Kysely, PostgresAdapter, PostgresDialect, sql, type Transaction } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { PostsDatabase } from './database.ts'
import { PostsDbError, reasonOf } from './errors.ts'
import { migrations } from './migrations/index.ts'

/** The names of the migrations that ran in one schema; none if it was up to date. */
export interface MigratedSchema {
  schema: string
  applied: string[]
}

/**
 * Brings the tables of each schema up to date, and creates missing schemas. Running it again does nothing. Several processes may
 * run it concurrently: a lock serialises them, and the later ones find nothing to do.
 *
 * @param schemas names from {@link schemaName}
 * @throws PostsDbError `MIGRATION_FAILED`, naming the schema, with the cause; earlier schemas stay migrated
 */
export async function migrate(db: PostsDatabase, schemas: readonly string[]): Promise<MigratedSchema[]> {
  const kysely = new Kysely<unknown>({ dialect: new Dialect({ pool: db.pool }) })
  const done: MigratedSchema[] = []
  for (const schema of schemas) {
    try {
      done.push({
        schema,
        applied: await kysely.transaction().execute((transaction) => migrateIn(transaction, schema)),
      })
    } catch (error) {
      throw new PostsDbError('MIGRATION_FAILED', `schema "${schema}" could not be migrated: ${reasonOf(error)}`, {
        cause: error,
      })
    }
  }
  return done
}

/** Resolves with the names of the migrations it ran. */
async function migrateIn(transaction: Transaction<unknown>, schema: string): Promise<string[]> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(transaction)
  const migrator = new Migrator({
    db: transaction,
    provider: { getMigrations: async () => migrationsIn(schema) },
    // Each schema has its own table of migrations, so that a strategy added later starts from the first migration.
    migrationTableSchema: schema,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.map((result) => result.migrationName)
}

/** The key of kysely's own session lock, so that processes of older releases are excluded too. */
const LOCK = 3853314791062309107n

/**
 * Without kysely's own lock, which belongs to a session: through a pooler it would be released on another connection than it was
 * taken on, and no process could migrate until the pooler closes that one.
 */
class Dialect extends PostgresDialect {
  override createAdapter() {
    return new Adapter()
  }
}

class Adapter extends PostgresAdapter {
  override async acquireMigrationLock() {}
  override async releaseMigrationLock() {}
}

function migrationsIn(schema: string): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [
      name,
      { up: (db: Kysely<unknown>) => migration.up(db.withSchema(schema), schema) },
    ]),
  )
}
