import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres } from './start-postgres.ts'

let postgres: Awaited<ReturnType<typeof startPostgres>>
let pool: pg.Pool

beforeAll(async () => {
  postgres = await startPostgres()
  pool = new pg.Pool({ connectionString: postgres.url, max: 3 })
})

afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

it('answers each client with its own result when several have waited for a transaction', async () => {
  const [holder, reader, writer] = [await pool.connect(), await pool.connect(), await pool.connect()]
  await holder.query('create table waited (id int)')
  for (let round = 1; round <= 3; round++) {
    await holder.query('begin')
    await holder.query('select 1')
    const waiting = Promise.all([
      reader.query('select $1::int as mine', [round]),
      writer.query('insert into waited values ($1) returning id', [round]),
    ])
    // Both must have sent their statements before the transaction ends; there is no event for that.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await holder.query('commit')
    const [read, written] = await waiting
    expect([read.rows, written.rows]).toEqual([[{ mine: round }], [{ id: round }]])
    expect((await holder.query('select count(*)::int as rows from waited')).rows).toEqual([{ rows: round }])
  }
  for (const client of [holder, reader, writer]) client.release()
})
