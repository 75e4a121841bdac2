import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { lacksTools } from './lacks-tools.ts'
import { startPgBouncer } from './start-pgbouncer.ts'
import { type PostgresServer, startPostgresServer } from './start-postgres-server.ts'

describe.skipIf(lacksTools('postgres', 'pgbouncer'))('startPgBouncer', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgresServer()
  })
  afterAll(() => postgres.stop())

  const connect = async (url: string, options: pg.ClientConfig = {}) => {
    const client = new pg.Client({ connectionString: url, ...options })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  it('connects to the database, with one server connection for all clients', async () => {
    const pgbouncer = await startPgBouncer({ databaseUrl: postgres.url, settings: { default_pool_size: 1 } })
    const clients = await Promise.all([connect(pgbouncer.url), connect(pgbouncer.url)])
    const pids = await Promise.all(
      clients.map(async (client) => (await client.query('select pg_backend_pid() as pid')).rows[0].pid),
    )
    expect(pids[0]).toBe(pids[1])
    await Promise.all(clients.map((client) => client.end()))
    await pgbouncer.stop()
    expect(await refuses(pgbouncer.url)).toBe(true)
  })

  it('refuses start-up parameters by default', async () => {
    const pgbouncer = await startPgBouncer({ databaseUrl: postgres.url })
    await expect(connect(pgbouncer.url, { statement_timeout: 1_000 })).rejects.toThrow(
      'unsupported startup parameter: statement_timeout',
    )
    await pgbouncer.stop()
  })

  it('rejects with the reason if it does not start', async () => {
    const settings = { no_such_setting: 1 }
    await expect(startPgBouncer({ databaseUrl: postgres.url, settings })).rejects.toThrow(
      /pgbouncer on port .*no_such_setting/,
    )
  })
})
