import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbox, outboxTable } from '../src/postgres/index.ts'
import { pool } from './scratch-outbox.ts'
import { heard, open, scratch } from './scripted-outbox.ts'

describe('its table', () => {
  const odd = { schema: `Odd "schema'`, table: 'My "outbox"; --' }
  const quoted = `"Odd ""schema'"."My ""outbox""; --"`
  beforeEach(() => pool.query(`create schema "Odd ""schema'"`))
  afterEach(() => pool.query(`drop schema "Odd ""schema'" cascade`))

  it('is created once, even if its statements are run repeatedly', async () => {
    for (const statement of outboxTable({ schema: scratch.schema })) await pool.query(statement)
    const indexes = async () => {
      const found = await pool.query('select indexname from pg_indexes where schemaname = $1', [scratch.schema])
      return found.rows.map(({ indexname }) => indexname).sort()
    }
    const before = await indexes()
    await pool.query(outboxTable({ schema: scratch.schema }).join(';'))
    expect(await indexes()).toEqual(before)
    expect(before).toEqual(['outbox_delivered', 'outbox_everything', 'outbox_pkey', 'outbox_undelivered'])
  })

  it('is created once by processes that start at the same time', async () => {
    const text = outboxTable(odd).join(';')
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 8 }, () => pool.query(text)))
      await pool.query(`drop table ${quoted}`)
    }
  })

  it('may have any name', async () => {
    await pool.query(outboxTable(odd).join(';'))
    const outbox = open(odd)
    await outbox.add(pool, { keys: ['a'] })
    await outbox.round()
    expect(heard()).toEqual(['a'])
    await outbox.catchUp('server 2')
    expect(heard()).toEqual(['a'])
    const { rows } = await pool.query(`select delivered_to from ${quoted}`)
    expect(rows).toEqual([{ delivered_to: 'server 2' }])
  })

  it.each([
    ['schema', '', 'schema is ""; give a name'],
    ['table', 'a\0b', 'contains a zero byte'],
    ['table', 'é'.repeat(26), 'takes 52 bytes; give at most 51'],
    ['schema', 'x'.repeat(64), 'takes 64 bytes; give at most 63'],
    ['table', '\ud800', 'half a surrogate pair'],
  ])('refuses a %s that Postgres would refuse or truncate: %j', (name, value, message) => {
    expect(() => outboxTable({ [name]: value })).toThrow(message)
    expect(() => createOutbox({ pool, [name]: value })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
  })
})
