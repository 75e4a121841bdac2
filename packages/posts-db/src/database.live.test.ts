import type { Socket } from 'node:net'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { testUrl } from '../test/scratch.ts'
import { createDatabase, type DatabaseOptions } from './database.ts'

function open(options: Partial<DatabaseOptions> = {}) {
  const db = createDatabase({ url: testUrl(), ...options })
  onTestFinished(() => db.close())
  return db
}

test('ping answers when Postgres does', async () => {
  await expect(open().ping()).resolves.toBeUndefined()
})

test('ping fails when no server listens', async () => {
  await expect(open({ url: 'postgres://127.0.0.1:1/x' }).ping()).rejects.toThrow('ECONNREFUSED')
})

test('close may be called twice, before or after use', async () => {
  const unused = open()
  await Promise.all([unused.close(), unused.close()])
  const used = open()
  await used.ping()
  await used.close()
  await used.close()
  expect(used.pool.totalCount).toBe(0)
})

test('close ends connections that only kysely used', async () => {
  const db = open()
  await db.kysely.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
  await db.close()
  expect(db.pool.totalCount).toBe(0)
})

test('with all connections in use a query fails after 2 s', async () => {
  const db = open({ maxConnections: 1 })
  const client = await db.pool.connect()
  const startedMs = performance.now()
  await expect(db.ping()).rejects.toThrow('timeout')
  expect(performance.now() - startedMs).toBeLessThan(3_000)
  client.release()
})

test('a statement fails at its timeout', async () => {
  const holder = open()
  const impatient = open({ statementTimeoutMs: 100 })
  const lock = sql`select pg_advisory_xact_lock(4711)`
  await holder.kysely.transaction().execute(async (transaction) => {
    await lock.execute(transaction)
    await expect(lock.execute(impatient.kysely)).rejects.toThrow('timeout')
  })
})

test('a statement_timeout in the URL overrides the option', async () => {
  const holder = open()
  const impatient = open({ url: `${testUrl()}?statement_timeout=100`, statementTimeoutMs: 60_000 })
  const lock = sql`select pg_advisory_xact_lock(4713)`
  await holder.kysely.transaction().execute(async (transaction) => {
    await lock.execute(transaction)
    await expect(lock.execute(impatient.kysely)).rejects.toThrow('timeout')
  })
})

test('an error on an idle connection reaches onError, and does not crash without one', () => {
  const seen: Error[] = []
  const error = new Error('the server became unavailable')
  open({ onError: (each) => seen.push(each) }).pool.emit('error', error, undefined as never)
  open().pool.emit('error', error, undefined as never)
  expect(seen).toEqual([error])
})

test('a connection lost between two statements fails the next one and does not crash', async () => {
  const { pool } = open()
  const client = await pool.connect()
  const ended = new Promise((resolve) => client.once('end', resolve))
  const { connection } = client as unknown as { connection: { stream: Socket } }
  connection.stream.destroy()
  await ended
  await expect(client.query('select 1')).rejects.toThrow('not queryable')
  client.release(true)
})

test.each(['', 'localhost', 'mysql://u:secret@h/d', '/var/run/postgresql'])('the URL %j is refused', (url) => {
  expect(() => createDatabase({ url })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  expect(() => createDatabase({ url })).not.toThrow('secret')
})

test.each([0, -1, 1.5, Number.NaN])('maxConnections %d is refused', (maxConnections) => {
  expect(() => createDatabase({ url: testUrl(), maxConnections })).toThrow('maxConnections')
})

test.each([-1, 0.5, 86_400_001, Number.NaN])('statementTimeoutMs %d is refused', (statementTimeoutMs) => {
  expect(() => createDatabase({ url: testUrl(), statementTimeoutMs })).toThrow('statementTimeoutMs')
})

test('an error quotes a limit that was given as a string', () => {
  const statementTimeoutMs = '5' as unknown as number
  expect(() => createDatabase({ url: testUrl(), statementTimeoutMs })).toThrow('from 0 to 86400000, got "5" (a string)')
})

test.each(['', '10s', '-1'])('statement_timeout=%s in the URL is refused', (given) => {
  const url = `${testUrl()}?statement_timeout=${given}`
  expect(() => createDatabase({ url })).toThrow('statement_timeout in the database URL must be a whole number')
})
