import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { scratchSchemas, testUrl } from '../test/scratch.ts'
import { createDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'

const scratch = scratchSchemas()
const names = Object.keys(migrations)

test('does nothing the second time', async () => {
  const schemas = [scratch.name(), scratch.name()]
  expect(await migrate(scratch.db(), schemas)).toEqual(schemas.map((schema) => ({ schema, applied: names })))
  expect(await migrate(scratch.db(), schemas)).toEqual(schemas.map((schema) => ({ schema, applied: [] })))
})

test('runs each migration once for several concurrent processes', async () => {
  const schemas = [scratch.name(), scratch.name(), scratch.name()]
  const databases = Array.from({ length: 4 }, () => createDatabase({ url: testUrl(), maxConnections: 1 }))
  onTestFinished(async () => void (await Promise.all(databases.map((db) => db.close()))))
  const all = await Promise.all(databases.map((db) => migrate(db, schemas)))
  for (const schema of schemas) {
    const applied = all.flat().filter((each) => each.schema === schema)
    expect(applied.flatMap((each) => each.applied)).toEqual(names)
  }
})

test('a failure names the schema, keeps the cause, and rolls the migration back', async () => {
  const schema = scratch.name()
  await sql`create schema ${sql.id(schema)}`.execute(scratch.db().kysely)
  // Makes the second table fail, after the first was created.
  await sql`create table ${sql.id(schema, 'loads')} (x integer)`.execute(scratch.db().kysely)
  await expect(migrate(scratch.db(), [schema])).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringContaining(schema),
    cause: expect.objectContaining({ message: expect.stringContaining('already exists') }),
  })
  const { rows } = await sql`
    select table_name from information_schema.tables where table_schema = ${schema} and table_name = 'posts'`.execute(
    scratch.db().kysely,
  )
  expect(rows).toEqual([])
})

test.each([
  ['title', ''],
  ['title', 't'.repeat(201)],
  ['content', 'c'.repeat(20_001)],
  ['author', ''],
  ['author', 'a'.repeat(101)],
])('the table refuses a %s outside the limits', async (field, value) => {
  const schema = await scratch.migrated()
  const row = { title: 't', content: 'c', author: 'a', [field]: value }
  await expect(scratch.db().kysely.withSchema(schema).insertInto('posts').values(row).execute()).rejects.toThrow(
    `posts_${field}_length`,
  )
})
