/** The outbox over a user's own pool, through PgBouncer with transaction pooling and otherwise default settings. */
import { lacksTools, type PgBouncer, type PostgresServer, startPgBouncer, startPostgresServer } from 'local-servers'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createOutbox, outboxTable } from '../src/postgres/index.ts'

describe.skipIf(lacksTools('postgres', 'pgbouncer'))('an outbox through PgBouncer', () => {
  let postgres: PostgresServer
  let pgbouncer: PgBouncer
  let direct: pg.Pool
  beforeAll(async () => {
    postgres = await startPostgresServer()
    direct = new pg.Pool({ connectionString: postgres.url, max: 2 })
    direct.on('error', () => {})
    // As in the README: set in Postgres, since PgBouncer accepts no start-up parameter for it.
    await direct.query("alter role postgres set statement_timeout = '300ms'")
    pgbouncer = await startPgBouncer({ databaseUrl: postgres.url, settings: { default_pool_size: 3 } })
  })
  afterAll(async () => {
    await pgbouncer.stop()
    await direct.end()
    await postgres.stop()
  })

  function userPool(): pg.Pool {
    const pool = new pg.Pool({ connectionString: pgbouncer.url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    return pool
  }

  /** An outbox that delivers to `heard`. */
  function relay(heard: string[], options: { onFailing?: (error: unknown) => void; onDelivering?: () => void } = {}) {
    const pool = userPool()
    const outbox = createOutbox({ pool, pollMs: 20, ...options })
    onTestFinished(() => outbox.close())
    outbox.attach({
      async invalidate(keys) {
        heard.push(...keys)
        return true
      },
      invalidateAll: () => true,
    })
    outbox.start()
    return { pool, outbox }
  }
  const undelivered = async () => (await direct.query('select from outbox where delivered_at is null')).rows.length

  it('has its table created by several processes at the same time, and leaves no lock', async () => {
    await Promise.all(Array.from({ length: 4 }, () => userPool().query(outboxTable().join(';'))))
    expect((await direct.query("select from pg_locks where locktype = 'advisory'")).rows).toEqual([])
  })

  it('delivers each row, with several relays that share fewer connections', async () => {
    const heard: string[] = []
    const relays = [relay(heard), relay(heard), relay(heard)]
    const keys = Array.from({ length: 200 }, (_, i) => `post:${i}`)
    await Promise.all(keys.map((key, i) => relays[i % 3]!.outbox.add(relays[i % 3]!.pool, { keys: [key] })))
    await expect.poll(undelivered, { timeout: 10_000 }).toBe(0)
    expect(new Set(heard)).toEqual(new Set(keys))
  })

  it('times out while its table is locked, and delivers after that', async () => {
    const heard: string[] = []
    const failing = Promise.withResolvers<unknown>()
    const delivering = Promise.withResolvers<void>()
    const { pool, outbox } = relay(heard, { onFailing: failing.resolve, onDelivering: delivering.resolve })
    await outbox.add(pool, { keys: ['before'] })
    await expect.poll(() => heard).toContain('before')
    const holder = await direct.connect()
    await holder.query('begin; lock table outbox')
    await holder.query("insert into outbox (keys) values ('{during}')")
    expect(await failing.promise).toMatchObject({ code: '57014' })
    await holder.query('commit')
    holder.release()
    await delivering.promise
    await expect.poll(() => heard).toContain('during')
    expect((await direct.query("select from pg_stat_activity where wait_event_type = 'Lock'")).rows).toEqual([])
  })
})
