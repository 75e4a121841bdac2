import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { refuses } from '../test/connections.ts'
import { askHolder } from './lock-folder.ts'
import { openPostgresFolder } from './open-postgres-folder.ts'
import { startServices } from './start-services.ts'

let folder: string
let dataDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-folder-'))
  // Longer than a socket path may be.
  const deep = join(folder, 'd'.repeat(120))
  mkdirSync(deep)
  dataDir = join(deep, 'postgres')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

it('uses the Postgres of the process that has the folder open, as soon as it is ready', async () => {
  const starting = startServices({ postgres: { dataDir } })
  await expect.poll(() => statSync(`${dataDir}.lock`, { throwIfNoEntry: false })?.mode, { interval: 5 }).toBeDefined()
  const asked = openPostgresFolder(dataDir)
  const services = await starting
  const opened = await asked
  expect(opened).toMatchObject({ url: services.postgres!.url, isShared: true })
  await query(opened.url, 'create table kept (id int)')
  await opened.close()
  expect(await query(services.postgres!.url, 'select * from kept')).toEqual([])
  await services.stop()
})

it('starts one if no live process has the folder open, and ends it on close', async () => {
  const before = await startServices({ postgres: { dataDir } })
  await query(before.postgres!.url, 'create table kept (id int)')
  process.kill(before.pid, 'SIGKILL')
  await before.ended
  expect(await askHolder(dataDir)).toBeUndefined()
  const opened = await openPostgresFolder(dataDir)
  expect(opened.isShared).toBe(false)
  expect(await query(opened.url, 'select * from kept')).toEqual([])
  await opened.close()
  expect(await refuses(opened.url)).toBe(true)
})

it('allows only this user to connect to the lock', async () => {
  const opened = await openPostgresFolder(dataDir)
  expect(statSync(`${dataDir}.lock`).mode & 0o777).toBe(0o700)
  await opened.close()
})
