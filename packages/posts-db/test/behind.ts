import { sql } from 'kysely'
import { type PgBouncer, type PostgresServer, startPgBouncer, startPostgresServer } from 'local-servers'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { createDatabase, type DatabaseOptions, type PostsDatabase } from '../src/index.ts'

/** A private Postgres for the test file, behind PgBouncer in transaction pooling. */
export function behindPgBouncer(settings: Record<string, string | number> = {}) {
  let postgres: PostgresServer
  let pgbouncer: PgBouncer
  beforeAll(async () => {
    postgres = await startPostgresServer()
    pgbouncer = await startPgBouncer({ databaseUrl: postgres.url, settings })
  })
  afterAll(async () => {
    await pgbouncer.stop()
    await postgres.stop()
  })

  function open(options: Partial<DatabaseOptions> = {}): PostsDatabase {
    const db = createDatabase({ url: pgbouncer.url, ...options })
    onTestFinished(() => db.close())
    return db
  }
  const direct = () => open({ url: postgres.url })
  return {
    postgres: () => postgres,
    url: () => pgbouncer.url,
    open,
    /** A pool that bypasses PgBouncer. */
    direct,
    /** Locks a table until `release`; `hang` is a statement that waits for it. */
    async locked() {
      const holder = await direct().pool.connect()
      onTestFinished(() => holder.release(true))
      await holder.query('create table if not exists locked (x integer)')
      await holder.query('begin; lock table locked')
      return { hang: sql`insert into locked values (1)`, release: () => holder.query('commit') }
    },
    async waitingForLocks(): Promise<number> {
      const { rows } = await direct().pool.query<{ n: number }>(
        "select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock'",
      )
      return rows[0]!.n
    },
  }
}
