import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refuses, watchServer } from '../test/connections.ts'
import { findPostgresServer } from './find-postgres-server.ts'
import { lacksTools } from './lacks-tools.ts'
import { type PostgresServer, startPostgresServer } from './start-postgres-server.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function connect(server: PostgresServer): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  cleanups.push(() => client.end())
  await client.connect()
  return client
}

async function answerTo(client: pg.Client, expression: string): Promise<unknown> {
  return (await client.query(`SELECT ${expression} AS value`)).rows[0].value
}

describe.skipIf(lacksTools('postgres'))('startPostgresServer', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgresServer()
  })
  afterAll(() => server.stop())

  it('answers as soon as it resolves, with separate sessions that can be terminated', async () => {
    const [one, other] = await Promise.all([connect(server), connect(server)])
    const ended = new Promise((resolve) => other.once('end', resolve))
    expect(await answerTo(one, `pg_terminate_backend(${await answerTo(other, 'pg_backend_pid()')})`)).toBe(true)
    await ended
    expect(await answerTo(one, '1')).toBe(1)
  })

  it('hangs while it is suspended, and keeps connections open', async () => {
    const client = await connect(server)
    server.suspend()
    const answer = answerTo(client, "'late'")
    await expect(connect(server)).rejects.toThrow(/timeout/)
    server.resume()
    expect(await answer).toBe('late')
  })

  it('is gone with its files after kill, even while suspended', async () => {
    const own = await startPostgresServer({ args: ['-c', 'work_mem=1MB'] })
    const client = await connect(own)
    const dir = String(await answerTo(client, `current_setting('data_directory')`))
    expect([existsSync(dir), await answerTo(client, `current_setting('work_mem')`)]).toEqual([true, '1MB'])
    own.suspend()
    await own.kill()
    expect([existsSync(dir), await refuses(own.url)]).toEqual([false, true])
  })

  it('rejects with the reason if the server does not start', async () => {
    await expect(startPostgresServer({ args: ['-c', 'no_such_setting=1'] })).rejects.toThrow(
      /the private Postgres did not start: .*no_such_setting/,
    )
  })

  it('ends within 2 s of a kill -9 of its parent, even while suspended', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../test/start-postgres-and-stay.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { url, dir } = JSON.parse(line.toString()) as { url: string; dir: string }
    const { gone } = await watchServer(url)
    const killedAt = performance.now()
    child.kill('SIGKILL')
    await gone
    expect(performance.now() - killedAt).toBeLessThan(2_000)
    await expect.poll(() => existsSync(dir)).toBe(false)
  })
})

describe('findPostgresServer', () => {
  it('finds the first folder that has both programs', () => {
    const folder = findPostgresServer()!
    expect(findPostgresServer(`/nowhere:${folder}`)).toBe(folder)
  })
})
