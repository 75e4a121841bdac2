/** The trigger of the README, on a real Postgres. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pool, scratchOutbox } from './scratch-outbox.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const statements = /```sql\n([\s\S]*?)```/.exec(readme)![1]!

it('records the keys and tags of each statement that changes rows, and a truncate as everything', async () => {
  const { schema } = await scratchOutbox()
  const posts = `${schema}.posts`
  await pool.query(`create table ${posts} (id integer primary key, title text)`)
  await pool.query(statements.replaceAll('public', schema))

  async function recorded(statement: string): Promise<object[]> {
    await pool.query(statement)
    const { rows } = await pool.query(`delete from ${schema}.outbox returning keys, tags, everything, write_id`)
    return rows
  }
  const row = (...keys: string[]) => ({ keys, tags: ['posts'], everything: false, write_id: null })
  expect(await recorded(`insert into ${posts} values (1, 'a'), (2, 'b')`)).toEqual([row('post:1', 'post:2')])
  expect(await recorded(`update ${posts} set title = 'c' where id = 2`)).toEqual([row('post:2')])
  expect(await recorded(`update ${posts} set title = 'c' where id = 3`)).toEqual([])
  expect(await recorded(`delete from ${posts} where id = 1`)).toEqual([row('post:1')])
  expect(await recorded(`truncate ${posts}`)).toEqual([{ keys: [], tags: [], everything: true, write_id: null }])
})
