import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { scratchSchemas } from '../test/scratch.ts'
import { loadPosts } from './load-posts.ts'
import { postsLoaded } from './load-record.ts'
import { postsRepository } from './posts-repository.ts'

const scratch = scratchSchemas()
const jsonOf = async (schema: string) => (await postsRepository(scratch.db(), schema).all()).json

test('a seed always gives the same bytes, in every schema, and another seed gives others', async () => {
  const [one, two, three] = [await scratch.migrated(), await scratch.migrated(), await scratch.migrated()]
  await loadPosts(scratch.db(), [one, two], { count: 300, seed: 5 })
  const first = await jsonOf(one)
  expect(JSON.parse(first)).toHaveLength(300)
  expect(await jsonOf(two)).toBe(first)
  await loadPosts(scratch.db(), [three], { count: 300, seed: 5 })
  expect(await jsonOf(three)).toBe(first)
  await loadPosts(scratch.db(), [one], { count: 300, seed: 6 })
  expect(await jsonOf(one)).not.toBe(first)
})

test('replaces existing posts: ids from 1, version 1, and the next post gets the next id', async () => {
  const schema = await scratch.migrated()
  const posts = postsRepository(scratch.db(), schema)
  await loadPosts(scratch.db(), [schema], { count: 50 })
  const before = await jsonOf(schema)
  await posts.patch(7, { title: 'Changed' })
  await posts.delete(8)
  await posts.create({ title: 'New', content: '', author: 'Ada' })
  await loadPosts(scratch.db(), [schema], { count: 50 })
  expect(await jsonOf(schema)).toBe(before)
  expect((await posts.create({ title: 'New', content: '', author: 'Ada' })).id).toBe(51)
})

test('loads more rows than fit one statement, and reports progress up to the total', async () => {
  const schemas = [await scratch.migrated(), await scratch.migrated()]
  const seen: [number, number][] = []
  await loadPosts(scratch.db(), schemas, { count: 10_001, onProgress: (...step) => seen.push(step) })
  expect(seen).toEqual([10_000, 10_001, 20_001, 20_002].map((done) => [done, 20_002]))
  expect(await jsonOf(schemas[1]!)).toBe(await jsonOf(schemas[0]!))
  expect(await postsRepository(scratch.db(), schemas[1]!).count()).toBe(10_001)
})

test('a load that fails half-way changes no schema, no next id and no record', async () => {
  const schemas = [await scratch.migrated(), await scratch.migrated()].sort()
  await loadPosts(scratch.db(), schemas, { count: 20, seed: 3 })
  const before = await jsonOf(schemas[0]!)
  // The first schema is filled, the copy into the second fails on its last row.
  await sql`alter table ${sql.id(schemas[1]!, 'posts')} add constraint too_many check (id < 30)`.execute(
    scratch.db().kysely,
  )
  await expect(loadPosts(scratch.db(), schemas, { count: 30, seed: 4 })).rejects.toMatchObject({
    code: 'LOAD_FAILED',
    cause: expect.objectContaining({ constraint: 'too_many' }),
  })
  for (const schema of schemas) expect(await jsonOf(schema)).toBe(before)
  expect(await postsLoaded(scratch.db(), schemas, { count: 20, seed: 3 })).toBe(true)
  const created = await postsRepository(scratch.db(), schemas[0]!).create({ title: 't', content: '', author: 'a' })
  expect(created.id).toBe(21)
})

test('postsLoaded compares count and seed, ignores edits, and is false before any load or migration', async () => {
  const [loaded, empty, absent] = [await scratch.migrated(), await scratch.migrated(), scratch.name()]
  const ask = (schemas: string[], count: number, seed?: number) =>
    postsLoaded(scratch.db(), schemas, seed === undefined ? { count } : { count, seed })
  await loadPosts(scratch.db(), [loaded], { count: 10 })
  await postsRepository(scratch.db(), loaded).patch(1, { title: 'Mine now' })
  expect(await ask([loaded], 10)).toBe(true)
  expect(await ask([loaded], 10, 1)).toBe(true)
  expect(await ask([loaded], 11)).toBe(false)
  expect(await ask([loaded], 10, 2)).toBe(false)
  expect(await ask([loaded, empty], 10)).toBe(false)
  expect(await ask([absent], 10)).toBe(false)
})

test('keepLoaded loads only the schemas that lack this load', async () => {
  const [edited, fresh] = [await scratch.migrated(), await scratch.migrated()]
  await loadPosts(scratch.db(), [edited], { count: 10 })
  await postsRepository(scratch.db(), edited).patch(1, { title: 'Mine now' })
  const options = { count: 10, keepLoaded: true }
  expect(await loadPosts(scratch.db(), [edited, fresh], options)).toMatchObject({ loaded: true, schemas: [fresh] })
  expect(await jsonOf(edited)).toContain('Mine now')
  expect(await loadPosts(scratch.db(), [edited, fresh], options)).toMatchObject({ loaded: false, schemas: [] })
})

test('two concurrent loads of the same schemas in opposite orders leave one of the two complete', async () => {
  const schemas: string[] = []
  for (let index = 0; index < 6; index++) schemas.push(await scratch.migrated())
  await Promise.all([
    loadPosts(scratch.db(), schemas, { count: 40, seed: 1 }),
    loadPosts(scratch.db(), schemas.toReversed(), { count: 40, seed: 2 }),
  ])
  const contents = await Promise.all(schemas.map(jsonOf))
  expect(new Set(contents).size).toBe(1)
})

test.each([
  { count: 0 },
  { count: -1 },
  { count: 1.5 },
  { count: Number.NaN },
  { count: 1_000_001 },
  { count: 1, seed: -1 },
  { count: 1, seed: 2 ** 32 },
])('%j is refused and nothing is changed', async (options) => {
  const schema = await scratch.migrated()
  await loadPosts(scratch.db(), [schema], { count: 3 })
  await expect(loadPosts(scratch.db(), [schema], options)).rejects.toMatchObject({ code: 'BAD_OPTION' })
  expect(await postsRepository(scratch.db(), schema).count()).toBe(3)
})
