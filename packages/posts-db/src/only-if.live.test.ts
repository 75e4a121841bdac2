/** Writes with a condition: the post it gets, and that no other write comes between condition and write. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scratchSchemas, testUrl } from '../test/scratch.ts'
import { createDatabase, type PostsDatabase } from './database.ts'
import { loadPosts } from './load-posts.ts'
import type { PostJson } from './post-json.ts'
import { type PostsRepository, postsRepository, type WriteOptions } from './posts-repository.ts'
import { recordChanges } from './record-changes.ts'

const scratch = scratchSchemas()
const input = { title: 'A title', content: 'Some words.', author: 'Ada' }

/** The database as another process opens it. */
let elsewhere: PostsDatabase
beforeAll(() => {
  elsewhere = createDatabase({ url: testUrl(), maxConnections: 2 })
})
afterAll(() => elsewhere.close())

let schema: string
let here: PostsRepository
let there: PostsRepository
beforeAll(async () => {
  schema = await scratch.migrated()
  await recordChanges(scratch.db(), schema)
  await loadPosts(scratch.db(), [schema], { count: 50 })
  here = postsRepository(scratch.db(), schema)
  there = postsRepository(elsewhere, schema)
})

const writes: [string, (on: PostsRepository, id: number, options: WriteOptions) => Promise<unknown>][] = [
  ['replace', (on, id, options) => on.replace(id, input, options)],
  ['patch', (on, id, options) => on.patch(id, { title: 'Patched' }, options)],
  ['delete', (on, id, options) => on.delete(id, options)],
]

async function recorded(): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::integer as n from ${sql.id(schema, 'outbox')}`.execute(
    scratch.db().kysely,
  )
  return rows[0]!.n
}

describe.each(writes)('%s', (name, write) => {
  test('changes and records nothing if its condition, which gets the post, refuses', async () => {
    const before = await here.byId(2)
    const count = await recorded()
    const shown: PostJson[] = []
    const onlyIf = (current: PostJson) => shown.push(current) === 0
    expect(await write(here, 2, { onlyIf, writeId: 'w' })).toBe(name === 'delete' ? false : undefined)
    expect(shown).toEqual([before])
    expect(await here.byId(2)).toEqual(before)
    expect(await recorded()).toBe(count)
  })

  test('writes and records as usual if its condition holds', async () => {
    const count = await recorded()
    const id = 10 + writes.findIndex(([other]) => other === name)
    expect(await write(here, id, { onlyIf: ({ version }) => version === 1, writeId: name })).toBeTruthy()
    const after = await here.byId(id)
    expect(after?.version).toBe(name === 'delete' ? undefined : 2)
    expect(await recorded()).toBe(count + 1)
  })

  test.each([999, 0, 2 ** 31])('does not call the condition for the missing post %d', async (id) => {
    const onlyIf = () => expect.fail('called')
    expect(await write(here, id, { onlyIf })).toBe(name === 'delete' ? false : undefined)
  })

  test('waits for a writer that has locked the row, and checks its result', async () => {
    const id = 20 + writes.findIndex(([other]) => other === name)
    const versions: number[] = []
    let second: Promise<unknown> | undefined
    const first = await here.patch(
      id,
      { author: 'First' },
      {
        onlyIf({ version }) {
          // The first write has locked the row.
          second = write(there, id, { onlyIf: (current) => versions.push(current.version) === 0 })
          return version === 1
        },
      },
    )
    await second
    expect(versions).toEqual([2])
    expect(await here.byId(id)).toEqual(first)
  })

  test('finds no post if it is deleted while the write waits', async () => {
    const id = 30 + writes.findIndex(([other]) => other === name)
    let second: Promise<unknown> | undefined
    await here.delete(id, {
      onlyIf() {
        second = write(there, id, { onlyIf: () => expect.fail('called') })
        return true
      },
    })
    expect(await second).toBe(name === 'delete' ? false : undefined)
  })
})

test('exactly one of two concurrent writers that saw the same version succeeds, 40 times', async () => {
  for (let version = 1; version <= 40; version++) {
    const onlyIf = (current: PostJson) => current.version === version
    const both = await Promise.all([here, there].map((on, i) => on.patch(5, { title: `${i}` }, { onlyIf })))
    expect(both.filter(Boolean).map((post) => post!.version)).toEqual([version + 1])
  }
})

test('a condition that throws changes nothing, and unlocks the row', async () => {
  const onlyIf = () => {
    throw new Error('a mistake')
  }
  await expect(here.patch(6, { title: 'x' }, { onlyIf })).rejects.toThrow('a mistake')
  expect(await there.patch(6, { title: 'y' }, { onlyIf: ({ version }) => version === 1 })).toMatchObject({ version: 2 })
})
