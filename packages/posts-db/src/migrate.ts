import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { PostsDatabase } from './database.ts'
import { PostsDbError, reasonOf } from './errors.ts'
import { migrations } from './migrations/index.ts'

/** What `migrate` did in one schema: the names of the migrations it ran, none if all was there. */
export interface MigratedSchema {
  schema: string
  applied: string[]
}

/**
 * Brings the tables of each schema up to date, creating the schema if need be. Running it again does nothing, and
 * several processes may run it at once: Postgres lets them in one after another, the later ones find nothing to do.
 *
 * @param schemas names from {@link schemaName}
 * @throws PostsDbError `MIGRATION_FAILED`, naming the schema, with the cause; schemas before it keep what they got
 */
export async function migrate(db: PostsDatabase, schemas: readonly string[]): Promise<MigratedSchema[]> {
  const done: MigratedSchema[] = []
  for (const schema of schemas) {
    const migrator = new Migrator({
      db: db.kysely,
      provider: { getMigrations: async () => migrationsIn(schema) },
      // Each schema keeps its own account, so that a strategy added later starts from the first migration.
      migrationTableSchema: schema,
    })
    const { error, results = [] } = await migrator.migrateToLatest()
    if (error !== undefined) {
      throw new PostsDbError('MIGRATION_FAILED', `schema "${schema}" could not be migrated: ${reasonOf(error)}`, {
        cause: error,
      })
    }
    done.push({ schema, applied: results.map((result) => result.migrationName) })
  }
  return done
}

function migrationsIn(schema: string): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [
      name,
      { up: (db: Kysely<unknown>) => migration.up(db.withSchema(schema), schema) },
    ]),
  )
}
