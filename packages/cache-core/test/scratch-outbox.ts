/** An outbox's table in a new schema, on the Postgres of `with-servers`. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll } from 'vitest'
import { outboxTable } from '../src/postgres/index.ts'

const url = process.env.TEST_DATABASE_URL
if (url === undefined) throw new Error('TEST_DATABASE_URL is not set; run the tests with `pnpm test`')

export const pool = new pg.Pool({
  connectionString: url,
  max: 24,
  connectionTimeoutMillis: 10_000,
  statement_timeout: 30_000,
})

const { rows } = await pool.query('select version()')
/** All connections of PGlite are one session: no transaction is open while another one runs. */
export const isEmbedded: boolean = rows[0].version.includes('PGlite')

const schemas: string[] = []
afterAll(async () => {
  for (const schema of schemas) await pool.query(`drop schema ${schema} cascade`)
  await pool.end()
})

export interface ScratchOutbox {
  readonly schema: string
  /** The name of its table. */
  readonly table: string
  undelivered(): Promise<number>
  /** Resolves when all rows are delivered. Rejects after 10 s. */
  allDelivered(): Promise<void>
}

export async function scratchOutbox(): Promise<ScratchOutbox> {
  const schema = `t${randomBytes(6).toString('hex')}`
  schemas.push(schema)
  await pool.query(`create schema ${schema}`)
  for (const statement of outboxTable({ schema })) await pool.query(statement)
  const undelivered = async () => {
    const found = await pool.query(`select count(*)::integer as n from ${schema}.outbox where delivered_at is null`)
    return found.rows[0].n
  }
  return {
    schema,
    table: `${schema}.outbox`,
    undelivered,
    async allDelivered() {
      const until = performance.now() + 10_000
      for (let left = await undelivered(); left > 0; left = await undelivered()) {
        if (performance.now() > until) throw new Error(`${left} rows are still undelivered`)
        await sleep(10)
      }
    },
  }
}
