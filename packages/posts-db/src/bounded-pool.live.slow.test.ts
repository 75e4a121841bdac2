import { sql } from 'kysely'
import { lacksTools } from 'local-servers'
import { afterEach, describe, expect, test } from 'vitest'
import { behindPgBouncer } from '../test/behind.ts'
import type { PostsDatabase } from './database.ts'

const ways = [
  { way: 'directly', settings: {} },
  { way: 'through PgBouncer, which refuses the parameter', settings: {} },
  { way: 'through PgBouncer, which drops it', settings: { ignore_startup_parameters: 'statement_timeout' } },
]

describe.skipIf(lacksTools('postgres', 'pgbouncer')).each(ways)('$way', ({ way, settings }) => {
  const behind = behindPgBouncer(settings)
  afterEach(() => behind.postgres().resume())
  const open = () => {
    const url = way === 'directly' ? behind.postgres().url : behind.url()
    return behind.open({ url, statementTimeoutMs: 200, maxConnections: 1 })
  }

  test.each([
    { by: 'kysely', insert: (db: PostsDatabase) => sql`insert into locked values (1)`.execute(db.kysely) },
    { by: 'the pool', insert: (db: PostsDatabase) => db.pool.query('insert into locked values (1)') },
  ])('cancels a hanging statement of $by in time, and reuses its connection', async ({ insert }) => {
    const { release } = await behind.locked()
    const db = open()
    await db.ping()
    const askedAt = performance.now()
    await expect(insert(db)).rejects.toMatchObject({ code: '57014', message: expect.stringContaining('timeout') })
    expect(performance.now() - askedAt).toBeLessThan(1_000)
    expect(await behind.waitingForLocks()).toBe(0)
    await db.ping()
    await release()
    await insert(db)
  })

  test('rolls back a transaction whose statement hangs', async () => {
    const { hang } = await behind.locked()
    const db = open()
    const work = db.kysely.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(4712)`.execute(transaction)
      await hang.execute(transaction)
    })
    await expect(work).rejects.toThrow('timeout')
    const free = await behind.direct().pool.query('select pg_try_advisory_xact_lock(4712) as it')
    expect(free.rows).toEqual([{ it: true }])
    await db.ping()
  })

  test('fails a statement 2 s later and drops its connection if a hanging server does not cancel it', async () => {
    const db = open()
    await db.ping()
    behind.postgres().suspend()
    const askedAt = performance.now()
    await expect(sql`select 1`.execute(db.kysely)).rejects.toThrow('no answer from the database within 2200 ms')
    expect(performance.now() - askedAt).toBeLessThan(2_700)
    behind.postgres().resume()
    const resumedAt = performance.now()
    await sql`select 1`.execute(db.kysely)
    expect(performance.now() - resumedAt).toBeLessThan(1_000)
  })
})
