/** A foreseen post is byte-equal to what Postgres makes. */
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import { beforeAll, describe, expect, it } from 'vitest'
import { scratchSchemas } from '../test/scratch.ts'
import { applyWrites } from './apply-writes.ts'
import { foreseePost, type PostChange, queuedPost } from './foresee-post.ts'
import { type PostJson, postJson } from './post-json.ts'
import { postsRepository } from './posts-repository.ts'
import type { Tables } from './tables.ts'

const scratch = scratchSchemas()
let schema: string
let tables: Kysely<Tables>
beforeAll(async () => {
  schema = await scratch.migrated()
  tables = scratch.db().kysely.withSchema(schema)
})

/** Beside ordinary text: all that JSON escapes or other writers of JSON do, and the ends of what UTF-16 writes in two units. */
const awkward = [
  ...Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1)),
  ...[
    '"',
    '\\',
    '/',
    '<',
    '&',
    "'",
    '\\u0041',
    '\\n',
    '\u007f',
    '\u0080',
    '\u009f',
    '\u00a0',
    '\u00ad',
    '\u2028',
    '\u2029',
  ],
  ...['\ud7ff', '\ue000', '\ufeff', '\ufffd', '\ufffe', '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}', '\u{1fffe}'],
]
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => text !== '\0'),
  fc.constantFrom(...awkward),
)
const text = (minLength: number, maxLength: number) => fc.string({ unit: character, minLength, maxLength })
const title = text(1, 200)
const author = text(1, 100)
const content = fc.oneof(
  { weight: 20, arbitrary: text(0, 300) },
  {
    weight: 1,
    arbitrary: fc.tuple(text(1, 40), fc.integer({ min: 1, max: 500 })).map(([part, times]) => part.repeat(times)),
  },
)
/** With microseconds, which the table rounds, and with all numbers of trailing zeros. */
const moment = fc
  .tuple(
    fc.integer({ min: Date.UTC(1970), max: Date.UTC(2999) }),
    fc.oneof(
      fc.integer({ min: 0, max: 999_999 }),
      fc.constantFrom(0, 1, 499, 500, 1_000, 10_000, 120_000, 123_000, 999_499),
    ),
  )
  .map(([ms, micros]) => `${new Date(ms).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`)
const fields = { title, content, author }
const change: fc.Arbitrary<PostChange> = fc.oneof(
  fc.record(fields).map((set) => ({ set })),
  fc
    .record(fields, { requiredKeys: [] })
    .filter((set) => Object.keys(set).length > 0)
    .map((set) => ({ set })),
)
const row = fc.record({
  ...fields,
  created_at: moment,
  updated_at: moment,
  version: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
})
const laterMs = fc.integer({ min: Date.UTC(2999), max: Date.UTC(9999) })

async function insert(rows: readonly object[]): Promise<PostJson[]> {
  const { rows: made } = await sql<PostJson>`
    insert into ${sql.id(schema, 'posts')} (title, content, author, created_at, updated_at, version)
    select title, content, author, created_at, updated_at, version from json_to_recordset(${JSON.stringify(rows)}::json)
      as made (title text, content text, author text, created_at timestamptz, updated_at timestamptz, version integer)
    returning id, version, ${postJson()} as json`.execute(scratch.db().kysely)
  return made
}

describe('a foreseen post', () => {
  it('has the bytes of an ordinary update in Postgres, and of the flusher', { timeout: 60_000 }, async () => {
    let id = 0
    let posts = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ row, change, laterMs }), { minLength: 1, maxLength: 20 }),
        async (cases) => {
          const before = await insert(cases.map((each) => each.row))
          const foreseen = before.map((post, i) => foreseePost(post, cases[i]!.change, cases[i]!.laterMs)!)
          posts += cases.length
          for (const [i, post] of before.entries()) {
            const { set } = cases[i]!.change as Exclude<PostChange, 'delete'>
            const updated = await tables
              .updateTable('posts')
              .set({ ...set, updated_at: new Date(cases[i]!.laterMs).toISOString(), version: sql<number>`version + 1` })
              .where('id', '=', post.id)
              .returning(['id', 'version', postJson().as('json')])
              .executeTakeFirstOrThrow()
            expect(updated).toEqual(foreseen[i])
          }
          // Once more, by the flusher, on the rows as they were.
          const again = await insert(cases.map((each) => each.row))
          const seen = again.map((post, i) => foreseePost(post, cases[i]!.change, cases[i]!.laterMs)!)
          const writes = seen.map((post) => ({ key: `post:${post.id}`, id: `1-${++id}`, command: queuedPost(post) }))
          expect(await applyWrites(scratch.db(), schema, writes)).toEqual({ differing: [] })
          const stored = await postsRepository(scratch.db(), schema).byIds(seen.map((post) => post.id))
          expect(stored.toSorted((a, b) => a.id - b.id)).toEqual(seen)
        },
      ),
      { numRuns: 40 },
    )
    expect(posts).toBeGreaterThan(150)
  })

  it('is foreseen from a foreseen one as from a stored one', async () => {
    const [before] = await insert([
      {
        ...{ title: 'a', content: '"\u2028\u{1f600}', author: 'b', version: 7 },
        created_at: '2026-01-01T00:00:00.12Z',
        updated_at: '2026-01-01T00:00:00Z',
      },
    ])
    const first = foreseePost(before!, { set: { title: '\u0001' } }, Date.UTC(2026, 1))!
    const second = foreseePost(first, { set: { author: '\\' } }, Date.UTC(2026, 2))!
    expect(second).toEqual({
      id: before!.id,
      version: 9,
      json: `{"id":${before!.id},"title":"\\u0001","content":"\\"\u2028\u{1f600}","author":"\\\\","createdAt":"2026-01-01T00:00:00.120Z","updatedAt":"2026-03-01T00:00:00.000Z","version":9}`,
    })
    await applyWrites(scratch.db(), schema, [{ key: `post:${second.id}`, id: '5-0', command: queuedPost(second) }])
    expect(await postsRepository(scratch.db(), schema).byId(second.id)).toEqual(second)
  })

  it('keeps its date if the clock of this process is behind', async () => {
    const [before] = await insert([
      { title: 'a', content: '', author: 'b', version: 1, created_at: '2026-01-01Z', updated_at: '2026-06-01Z' },
    ])
    const after = foreseePost(before!, { set: { title: 'x' } }, Date.UTC(2026, 1))!
    expect(JSON.parse(after.json)).toMatchObject({ updatedAt: '2026-06-01T00:00:00.000Z', version: 2 })
    await applyWrites(scratch.db(), schema, [{ key: `post:${after.id}`, id: '5-0', command: queuedPost(after) }])
    expect(await postsRepository(scratch.db(), schema).byId(after.id)).toEqual(after)
  })

  it('is none after a deletion', () => {
    expect(foreseePost({ id: 1, version: 1, json: '{}' }, 'delete', 0)).toBeUndefined()
    expect(queuedPost(undefined)).toBeNull()
  })
})
