import { type RawBuilder, sql } from 'kysely'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { scratchSchemas, testUrl } from '../test/scratch.ts'
import { createDatabase } from './database.ts'
import { loadPosts } from './load-posts.ts'
import type { Post } from './post-json.ts'
import { type PostsRepository, postsRepository } from './posts-repository.ts'
import { recordChanges } from './record-changes.ts'

const scratch = scratchSchemas()
const input = { title: 'A title', content: '', author: 'Ada' }

let schema: string
let posts: PostsRepository
const table = () => sql.id(schema, 'posts')
/** A change by a client that does not use this package. */
const byHand = (statement: RawBuilder<unknown>) => statement.execute(scratch.db().kysely)

interface OutboxRow {
  write_id: string | null
  keys: string[]
  tags: string[]
  everything: boolean
  due_in: number
}

async function outbox(): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select write_id, keys, tags, everything, extract(epoch from due_at - created_at)::float8 as due_in
    from ${sql.id(schema, 'outbox')} order by id`.execute(scratch.db().kysely)
  return rows
}

async function newCopy(count: number): Promise<void> {
  schema = await scratch.migrated()
  posts = postsRepository(scratch.db(), schema)
  await loadPosts(scratch.db(), [schema], { count })
}

describe('the outbox, once changes are recorded', () => {
  beforeEach(async () => {
    await newCopy(10)
    await recordChanges(scratch.db(), schema)
  })

  it('has one row for each statement, with the changed keys, due immediately', async () => {
    await byHand(sql`update ${table()} set title = 'x' where id in (2, 3)`)
    await byHand(sql`delete from ${table()} where id = 4`)
    await byHand(sql`insert into ${table()} (title, content, author) values ('a', 'b', 'c'), ('d', 'e', 'f')`)
    const rows = await outbox()
    expect(rows.map(({ keys }) => keys.toSorted())).toEqual([['post:2', 'post:3'], ['post:4'], ['post:11', 'post:12']])
    for (const row of rows) {
      expect(row).toMatchObject({ write_id: null, tags: ['posts'], everything: false })
      expect(row.due_in).toBeLessThan(0.1)
    }
  })

  it.each<[string, (writeId: string) => Promise<unknown>, string]>([
    ['create', (writeId) => posts.create(input, { writeId }), 'post:11'],
    ['replace', (writeId) => posts.replace(5, input, { writeId }), 'post:5'],
    ['patch', (writeId) => posts.patch(6, { title: 'x' }, { writeId }), 'post:6'],
    ['delete', (writeId) => posts.delete(7, { writeId }), 'post:7'],
  ])('gives a %s with a writeId 1 s to invalidate by itself', async (_name, write, key) => {
    await write('mine')
    const [row, ...others] = await outbox()
    expect(row).toMatchObject({ write_id: 'mine', keys: [key], tags: ['posts'], everything: false })
    expect(row!.due_in).toBeCloseTo(1, 1)
    expect(others).toEqual([])
  })

  it('uses a writeId for one statement only', async () => {
    await scratch
      .db()
      .kysely.transaction()
      .execute(async (transaction) => {
        await sql`update ${table()} set title = 'x' where id = 1
        returning set_config('posts.write_id', 'mine', true)`.execute(transaction)
        await sql`update ${table()} set title = 'y' where id = 2`.execute(transaction)
      })
    await posts.patch(3, { title: 'z' })
    expect((await outbox()).map(({ write_id }) => write_id)).toEqual(['mine', null, null])
  })

  it('has the old and the new key of a post that changes its id', async () => {
    await byHand(sql`update ${table()} set id = 99 where id = 5`)
    expect((await outbox())[0]!.keys.toSorted()).toEqual(['post:5', 'post:99'])
  })

  it('has no row for statements that changed nothing, or were rolled back', async () => {
    await byHand(sql`update ${table()} set title = 'x' where id = 4040`)
    await posts.patch(4040, { title: 'x' }, { writeId: 'mine' })
    await posts.delete(4040, { writeId: 'mine' })
    await expect(
      scratch
        .db()
        .kysely.transaction()
        .execute(async (transaction) => {
          await sql`update ${table()} set title = 'x'`.execute(transaction)
          throw new Error('changed my mind')
        }),
    ).rejects.toThrow('changed my mind')
    expect(await outbox()).toEqual([])
  })

  it('invalidates everything for more than 1,000 rows in one statement, a truncation, and load-posts', async () => {
    await byHand(sql`insert into ${table()} (title, content, author)
      select 'a', 'b', 'c' from generate_series(1, 4990)`)
    await byHand(sql`update ${table()} set title = 'x' where id <= 1000`)
    await byHand(sql`update ${table()} set title = 'x' where id <= 1001`)
    await byHand(sql`update ${table()} set title = 'x'`)
    await byHand(sql`delete from ${table()} where id <= 1001`)
    await byHand(sql`truncate ${table()}`)
    await loadPosts(scratch.db(), [schema], { count: 3 })
    const rows = await outbox()
    expect(rows.map(({ everything }) => everything)).toEqual([true, false, true, true, true, true, true, false])
    expect(rows.map(({ keys }) => keys.length)).toEqual([0, 1000, 0, 0, 0, 0, 0, 3])
    expect(rows.every(({ tags }) => tags.join() === 'posts')).toBe(true)
  })

  it('records changes of roles that may only change posts', async () => {
    const role = sql.id(`${schema}_editor`)
    await byHand(sql`create role ${role}`)
    try {
      await byHand(sql`grant usage on schema ${sql.id(schema)} to ${role}`)
      await byHand(sql`grant select, update on ${table()} to ${role}`)
      await scratch
        .db()
        .kysely.transaction()
        .execute(async (transaction) => {
          await sql`set local role ${role}`.execute(transaction)
          await sql`update ${table()} set title = 'x' where id = 1`.execute(transaction)
        })
    } finally {
      await byHand(sql`drop owned by ${role}`)
      await byHand(sql`drop role ${role}`)
    }
    expect((await outbox())[0]!.keys).toEqual(['post:1'])
  })

  it('may be enabled again, by several processes concurrently', async () => {
    const databases = Array.from({ length: 4 }, () => createDatabase({ url: testUrl(), maxConnections: 1 }))
    await newCopy(1)
    await Promise.all(databases.map((db) => recordChanges(db, schema)))
    await recordChanges(scratch.db(), schema)
    await posts.patch(1, { title: 'x' })
    expect(await outbox()).toHaveLength(1)
    await Promise.all(databases.map((db) => db.close()))
  })
})

test('without recordChanges nothing is recorded, and no trigger runs', async () => {
  await newCopy(3)
  await posts.patch(1, { title: 'x' }, { writeId: 'mine' })
  await posts.create(input)
  await posts.delete(2)
  await byHand(sql`truncate ${table()}`)
  expect(await outbox()).toEqual([])
  const fired = async () => {
    const { rows } = await sql<{ 'QUERY PLAN': [{ Triggers: { 'Trigger Name': string }[] }] }>`
      explain (analyze, format json) insert into ${table()} (title, content, author) values ('a', 'b', 'c')`.execute(
      scratch.db().kysely,
    )
    return rows[0]!['QUERY PLAN'][0].Triggers.map((trigger) => trigger['Trigger Name'])
  }
  expect(await fired()).toEqual([])
  await recordChanges(scratch.db(), schema)
  expect(await fired()).toEqual(['record_inserts'])
})

describe('the version', () => {
  beforeEach(() => newCopy(3))
  const read = async (id: number): Promise<Post> => JSON.parse((await posts.byId(id))!.json)

  it('is raised by one, and the date is set, by manual changes', async () => {
    const before = await read(2)
    await byHand(sql`update ${table()} set title = 'x' where id = 2`)
    const once = await read(2)
    expect(once).toMatchObject({ title: 'x', version: 2 })
    expect(once.updatedAt > before.updatedAt).toBe(true)
    await byHand(sql`update ${table()} set title = title`)
    expect([(await read(1)).version, (await read(2)).version]).toEqual([2, 3])
  })

  it('is never set to another value, nor raised twice', async () => {
    await byHand(sql`update ${table()} set version = 7 where id = 1`)
    await byHand(sql`update ${table()} set version = version + 1 where id = 2`)
    expect([(await read(1)).version, (await read(2)).version]).toEqual([2, 2])
    expect((await posts.patch(1, { title: 'x' }))!.version).toBe(3)
    expect((await posts.replace(1, input))!.version).toBe(4)
  })

  it('keeps the date that the change itself sets', async () => {
    await byHand(sql`update ${table()} set title = 'x', updated_at = '2030-01-01' where id = 3`)
    expect(await read(3)).toMatchObject({ version: 2, updatedAt: '2030-01-01T00:00:00.000Z' })
  })
})
