import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { createScratchDatabase } from './scratch-database.ts'
import { startPostgres } from './start-postgres.ts'

let folder: string
let dataDir: string
let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-postgres-'))
  dataDir = join(folder, 'not-there-yet', 'data')
  server = await startPostgres({ dataDir })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const clients: pg.Client[] = []
async function client(url = server.url): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: url })
  clients.push(opened)
  await opened.connect()
  return opened
}
afterEach(async () => {
  for (const opened of clients.splice(0)) await opened.end()
})

describe('startPostgres', () => {
  it('gives each of 20 connections its own answers', async () => {
    const connections = await Promise.all(Array.from({ length: 20 }, () => client()))
    let wrong = 0
    const askFor = async (connection: pg.Client, from: number) => {
      for (let sent = from; sent < from + 20; sent += 1) {
        const { rows } = await connection.query('SELECT $1::int AS value', [sent])
        if (rows[0].value !== sent) wrong += 1
      }
    }
    await Promise.all(connections.map((connection, at) => askFor(connection, at * 100)))
    expect(wrong).toBe(0)
  })

  it('makes other clients wait until a transaction has ended, and rolls back', async () => {
    const [writer, reader] = [await client(), await client()]
    await writer.query('CREATE TABLE counted (value int)')
    await writer.query('BEGIN')
    await writer.query('INSERT INTO counted VALUES (1)')
    const count = reader.query('SELECT count(*)::int AS rows FROM counted')
    await writer.query('ROLLBACK')
    expect((await count).rows[0].rows).toBe(0)
  })

  it('refuses a second process on the same folder and names the folder', async () => {
    await expect(startPostgres({ dataDir })).rejects.toThrow(`${dataDir} is in use by another process`)
  })

  it('keeps the data after a stop and a start', async () => {
    await (await client()).query('CREATE TABLE kept AS SELECT 42 AS value')
    await clients.pop()!.end()
    await server.stop()
    expect(await refuses(server.url)).toBe(true)
    server = await startPostgres({ dataDir })
    expect((await (await client()).query('SELECT value FROM kept')).rows).toEqual([{ value: 42 }])
  })
})

describe('createScratchDatabase on a server with only one database', () => {
  it('starts another, empty server, which is gone with its files after drop', async () => {
    // A private folder for temporary files: other processes create files in the usual one.
    const usual = process.env.TMPDIR
    process.env.TMPDIR = mkdtempSync(join(folder, 'tmp-'))
    const own = process.env.TMPDIR
    try {
      const scratch = await createScratchDatabase(server.url)
      expect(readdirSync(own)).toHaveLength(1)
      const { rows } = await (await client(scratch.url)).query(`SELECT to_regclass('kept') AS table`)
      expect(rows).toEqual([{ table: null }])
      await clients.pop()!.end()
      await scratch.drop()
      expect(await refuses(scratch.url)).toBe(true)
      expect(readdirSync(own)).toEqual([])
    } finally {
      if (usual === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = usual
    }
  })
})
