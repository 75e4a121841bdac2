/** What the flusher of write-behind stores, in which order and how often its batches come. */
import fc from 'fast-check'
import { type RawBuilder, sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { scratchSchemas } from '../test/scratch.ts'
import { applyWrites, highestStoredId, type QueuedWrite } from './apply-writes.ts'
import { isRefusedValue } from './errors.ts'
import { foreseePost, type PostChange, queuedPost } from './foresee-post.ts'
import { loadPosts } from './load-posts.ts'
import type { PostJson } from './post-json.ts'
import { type PostsRepository, postsRepository } from './posts-repository.ts'
import { recordChanges } from './record-changes.ts'

const scratch = scratchSchemas()
const atMs = Date.UTC(2030, 0)

let schema: string
let posts: PostsRepository
const table = () => sql.id(schema, 'posts')
const byHand = (statement: RawBuilder<unknown>) => statement.execute(scratch.db().kysely)
const apply = (...writes: QueuedWrite[]) => applyWrites(scratch.db(), schema, writes)

beforeEach(async () => {
  schema = await scratch.migrated()
  posts = postsRepository(scratch.db(), schema)
  await loadPosts(scratch.db(), [schema], { count: 6 })
})

/** The writes of one post as the queue has them: each is foreseen from the one before. */
class Backlog {
  #newest: PostJson | undefined
  readonly #key: string

  constructor(id: number, stored: PostJson) {
    this.#key = `post:${id}`
    this.#newest = stored
  }

  static async of(id: number): Promise<Backlog> {
    return new Backlog(id, (await posts.byId(id))!)
  }

  get newest(): PostJson | undefined {
    return this.#newest
  }

  write(id: string, change: PostChange): QueuedWrite {
    this.#newest = foreseePost(this.#newest!, change, atMs)
    return { key: this.#key, id, command: queuedPost(this.#newest) }
  }
}

const title = (text: string) => ({ set: { title: text } })

describe('applyWrites', () => {
  it('fails with an error that says whether Postgres refuses the write itself', async () => {
    const backlog = await Backlog.of(2)
    const refused = backlog.write('1-0', title('Odd'))
    await byHand(sql`alter table ${table()} add constraint odd check (title <> 'Odd')`)
    const error: unknown = await apply(refused).catch((failure) => failure)
    expect([isRefusedValue(error), isRefusedValue(new Error('connection terminated'))]).toEqual([true, false])
    await byHand(sql`alter table ${table()} rename to gone`)
    expect(isRefusedValue(await apply(refused).catch((failure) => failure))).toBe(false)
  })

  it('stores the newest of coalesced writes, with the version that readers have seen', async () => {
    const backlog = await Backlog.of(2)
    const writes = [
      backlog.write('1-0', title('a')),
      backlog.write('1-1', { set: { content: 'b' } }),
      backlog.write('2-0', title('c')),
    ]
    expect(await apply(...writes)).toEqual({ differing: [] })
    expect(await posts.byId(2)).toEqual(backlog.newest)
    expect(backlog.newest).toMatchObject({ version: 4 })
    expect(JSON.parse(backlog.newest!.json)).toMatchObject({ title: 'c', content: 'b' })
  })

  it('compares ids as numbers: 9-0 is older than 10-0, and 10-9 than 10-10', async () => {
    const backlog = await Backlog.of(2)
    const [a, b, c, d] = ['9-0', '10-0', '10-9', '10-10'].map((id) => backlog.write(id, title(id)))
    await apply(b!)
    expect(await apply(a!)).toEqual({ differing: [] })
    expect((await posts.byId(2))!.version).toBe(3)
    await apply(d!, c!)
    await apply(c!)
    expect(await posts.byId(2)).toEqual(backlog.newest)
  })

  it('ends at the newest write of each post, whatever is replayed, split or reordered', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ post: fc.integer({ min: 1, max: 4 }), deletes: fc.nat(9).map((n) => n === 0) }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }), { maxLength: 5 }),
        async (steps, batches) => {
          await loadPosts(scratch.db(), [schema], { count: 6 })
          const backlogs = await Promise.all([1, 2, 3, 4].map((id) => Backlog.of(id)))
          const writes = steps.flatMap(({ post, deletes }, i) => {
            const backlog = backlogs[post - 1]!
            return backlog.newest === undefined
              ? []
              : backlog.write(`${7 + i}-${i % 3}`, deletes ? 'delete' : title(`${i}`))
          })
          // Parts of the backlog in any order and more than once, then all of it, then parts again.
          const parts = batches.map((batch) => batch.flatMap((i) => writes[i] ?? []))
          for (const batch of [...parts, writes, ...parts.toReversed()]) await apply(...batch)
          for (const [i, backlog] of backlogs.entries()) expect(await posts.byId(i + 1)).toEqual(backlog.newest)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never creates: a deleted post stays deleted, and is reported', async () => {
    const backlog = await Backlog.of(3)
    const [first, last] = [backlog.write('1-0', title('a')), backlog.write('1-1', title('b'))]
    await apply(first)
    await byHand(sql`delete from ${table()} where id = 3`)
    expect(await apply(first, last)).toEqual({ differing: ['post:3'] })
    expect(await apply(last)).toEqual({ differing: ['post:3'] })
    expect(await posts.byId(3)).toBeUndefined()
    expect(await apply(backlog.write('1-2', 'delete'))).toEqual({ differing: [] })
  })

  it('replaces what was changed around the queue meanwhile, and no version goes back', async () => {
    const backlog = await Backlog.of(2)
    const pending = backlog.write('1-0', title('pending'))
    await posts.patch(2, { title: 'direct', content: 'direct' })
    await byHand(sql`update ${table()} set author = 'psql' where id = 2`)
    expect(await apply(pending)).toEqual({ differing: ['post:2'] })
    const { content, author } = JSON.parse(backlog.newest!.json)
    expect(JSON.parse((await posts.byId(2))!.json)).toMatchObject({ title: 'pending', content, author, version: 4 })
    // A replay by another flusher reports it again: the first one may have died before it invalidated.
    expect(await apply(pending)).toEqual({ differing: ['post:2'] })
    expect((await posts.byId(2))!.version).toBe(4)
  })

  it('stores the foreseen post if more writes were pending than changes made around the queue', async () => {
    const backlog = await Backlog.of(2)
    const pending = ['1-0', '1-1', '1-2'].map((id) => backlog.write(id, title(id)))
    await posts.patch(2, { title: 'direct' })
    expect(await apply(...pending)).toEqual({ differing: [] })
    expect(await posts.byId(2)).toEqual(backlog.newest)
  })

  it('loses to a change made around the queue after it', async () => {
    const backlog = await Backlog.of(2)
    const pending = backlog.write('1-0', title('pending'))
    await apply(pending)
    const direct = await posts.patch(2, { title: 'direct' })
    await apply(pending)
    expect(await posts.byId(2)).toEqual(direct)
  })

  it('stores versions and dates that an ordinary update could not, which still count', async () => {
    const backlog = await Backlog.of(2)
    // Two writes in one millisecond, coalesced or not, have the same date.
    await apply(backlog.write('1-0', title('a')))
    await apply(backlog.write('1-1', title('b')))
    expect(await posts.byId(2)).toEqual(backlog.newest)
    await byHand(sql`update ${table()} set title = 'x', version = 9 where id = 2`)
    expect((await posts.byId(2))!.version).toBe(4)
    await byHand(sql`update ${table()} set stored_id = 0, version = 9 where id = 2`)
    expect((await posts.byId(2))!.version).toBe(5)
  })

  it('changes nothing if one write of the batch is refused by the table', async () => {
    const [good, bad] = [await Backlog.of(1), await Backlog.of(2)]
    const before = await posts.all()
    await expect(apply(good.write('1-0', title('a')), bad.write('1-1', title('')))).rejects.toThrow(
      'posts_title_length',
    )
    expect(await posts.all()).toEqual(before)
  })

  it('does nothing for no writes, and refuses an id that is none', async () => {
    expect(await apply()).toEqual({ differing: [] })
    const backlog = await Backlog.of(1)
    await expect(apply(backlog.write('1', title('a')))).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })

  it('waits for a change that has locked the post, and is stored over it', async ({ skip }) => {
    const { rows } = await sql<{ version: string }>`select version()`.execute(scratch.db().kysely)
    skip(rows[0]!.version.includes('PGlite'), 'it has one session, so no two transactions at the same time')
    const backlog = await Backlog.of(2)
    const pending = backlog.write('1-0', title('pending'))
    const applying = await scratch
      .db()
      .kysely.transaction()
      .execute(async (direct) => {
        await sql`update ${table()} set title = 'direct' where id = 2`.execute(direct)
        const applied = apply(pending)
        await untilBlocked()
        return { applied }
      })
    expect(await applying.applied).toEqual({ differing: ['post:2'] })
    expect(JSON.parse((await posts.byId(2))!.json)).toMatchObject({ title: 'pending', version: 3 })
  })
})

/** A transaction of this test waits for a lock on its posts. */
async function untilBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await sql`
      select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like ${`%${schema}%`}`.execute(
      scratch.db().kysely,
    )
    if (rows.length > 0) return
  }
}

describe('the outbox', () => {
  const outbox = async () => {
    const { rows } = await sql<{ write_id: string | null; keys: string[]; tags: string[] }>`
      select write_id, keys, tags from ${sql.id(schema, 'outbox')} order by id`.execute(scratch.db().kysely)
    return rows.map((row) => ({ ...row, keys: row.keys.toSorted() }))
  }

  it('leaves what a flusher stores to that flusher, by its write id', async () => {
    await recordChanges(scratch.db(), schema)
    const [one, two, three] = await Promise.all([1, 2, 3].map((id) => Backlog.of(id)))
    const writes = [one!.write('1-0', title('a')), two!.write('1-1', 'delete'), three!.write('1-2', title('b'))]
    await applyWrites(scratch.db(), schema, writes, { writeId: 'flush-1' })
    const tags = ['posts']
    expect(await outbox()).toEqual([
      { write_id: 'flush-1', keys: ['post:1', 'post:3'], tags },
      { write_id: 'flush-1', keys: ['post:2'], tags },
    ])
    await applyWrites(scratch.db(), schema, writes, { writeId: 'flush-2' })
    expect(await outbox()).toHaveLength(2)
  })
})

describe('highestStoredId', () => {
  it('is the highest id of a write in any post, by number', async () => {
    expect(await highestStoredId(scratch.db(), schema)).toBe('0-0')
    const [one, two] = await Promise.all([1, 2].map((id) => Backlog.of(id)))
    await apply(one!.write('1700000000000-10', title('a')), two!.write('1700000000000-9', title('b')))
    expect(await highestStoredId(scratch.db(), schema)).toBe('1700000000000-10')
    await apply(two!.write('18446744073709551615-18446744073709551615', title('c')))
    expect(await highestStoredId(scratch.db(), schema)).toBe('18446744073709551615-18446744073709551615')
  })
})
