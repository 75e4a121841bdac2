/** PgBouncer in front of Postgres, in transaction pooling with default settings otherwise. */
import { sql } from 'kysely'
import { lacksTools, startPgBouncer } from 'local-servers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { behindPgBouncer } from '../test/behind.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'

describe.skipIf(lacksTools('postgres', 'pgbouncer'))('through PgBouncer', () => {
  const { open, direct, url, postgres, locked } = behindPgBouncer()

  test('works, and one line says what the pooler refuses', async () => {
    const lines: string[] = []
    const db = open({ onWarning: (line) => lines.push(line) })
    await Promise.all(Array.from({ length: 8 }, () => db.ping()))
    expect(lines).toEqual([expect.stringMatching(/refuses .*statement_timeout.* after 10000 ms/)])
  })

  test('a timeout in the URL has effect, too', async () => {
    const { hang } = await locked()
    const db = open({ url: `${url()}?statement_timeout=100` })
    await expect(hang.execute(db.kysely)).rejects.toThrow('longer than 100 ms')
  })

  test('an error names another refused parameter of the URL, and the remedy', async () => {
    const db = open({ url: `${url()}?lock_timeout=100` })
    await expect(db.ping()).rejects.toThrow(/refuses .* lock_timeout; .*ignore_startup_parameters/)
  })

  test('a statement fails in time while all connections of the pooler are in use, and the next one works', async () => {
    const narrow = await startPgBouncer({ databaseUrl: postgres().url, settings: { default_pool_size: 1 } })
    onTestFinished(() => narrow.stop())
    const holder = await open({ url: narrow.url }).pool.connect()
    onTestFinished(() => holder.release(true))
    await holder.query('begin')
    const db = open({ url: narrow.url, statementTimeoutMs: 200, maxConnections: 1 })
    const askedAt = performance.now()
    await expect(sql`select 1`.execute(db.kysely)).rejects.toThrow('timeout')
    expect(performance.now() - askedAt).toBeLessThan(3_000)
    await holder.query('commit')
    await sql`select 1`.execute(db.kysely)
  })

  test('several processes may migrate concurrently, and leave no lock on a connection of the pooler', async () => {
    const schemas = ['one', 'two', 'three']
    const databases = Array.from({ length: 4 }, () => open({ maxConnections: 1 }))
    const all = await Promise.all(databases.map((db) => migrate(db, schemas)))
    for (const schema of schemas) {
      const applied = all.flat().filter((each) => each.schema === schema)
      expect(applied.flatMap((each) => each.applied)).toEqual(Object.keys(migrations))
    }
    const { rows } = await direct().pool.query("select pid, objid from pg_locks where locktype = 'advisory'")
    expect(rows).toEqual([])
  })
})
