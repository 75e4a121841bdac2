import { sql } from 'kysely'
import { authorReports } from './author-reports.ts'
import { checkWhole } from './check-whole.ts'
import type { PostsDatabase } from './database.ts'
import { PostsDbError } from './errors.ts'
import type { PostInput, PostPatch } from './post-input.ts'
import { type PostJson, postJson } from './post-json.ts'

/** Some posts in the order of their ids. */
export interface PostsPage {
  /** JSON array text; `[]` when there are none. */
  json: string
  /** The id of the last post in it; absent when there are none. */
  lastId?: number
  /** What to give as `after` for the next page; absent when this is the last one. */
  next?: number
}

/** The posts of one schema. Each call is one statement. Ids that can't exist are not found, never an error. */
export interface PostsRepository {
  /** All posts by id, as JSON array text, `[]` when there are none. Holds all of it in memory: see `count`. */
  all(): Promise<{ json: string; count: number }>
  /** How many posts there are, counted no further than `atMost` (default 50,001): that many means "or more". */
  count(atMost?: number): Promise<number>
  /** `limit` posts (at least 1) with ids above `after` (default 0); each is seen once however many are deleted meanwhile. */
  page(options: { limit: number; after?: number | undefined }): Promise<PostsPage>
  byId(id: number): Promise<PostJson | undefined>
  /**
   * What each author wrote, by the number of posts, most first, then by author in the order of the UTF-8 bytes: JSON array
   * text of {@link AuthorReport}, `[]` when there are no posts. Reads and splits the content of every post.
   */
  authors(): Promise<{ json: string; count: number }>
  create(input: PostInput, options?: WriteOptions): Promise<PostJson>
  /** Sets all three fields; `version` goes up by one, `updatedAt` is now. Undefined when there is no such post. */
  replace(id: number, input: PostInput, options?: WriteOptions): Promise<PostJson | undefined>
  /**
   * As `replace`, for the fields given.
   * @throws PostsDbError `BAD_OPTION` when none is given
   */
  patch(id: number, patch: PostPatch, options?: WriteOptions): Promise<PostJson | undefined>
  /** Whether there was such a post. */
  delete(id: number, options?: WriteOptions): Promise<boolean>
}

export interface WriteOptions {
  /**
   * By which the write's row in the outbox is known: for a writer who voids what it touched by itself, and then marks the
   * row as delivered. Without one, the relay delivers it at once.
   */
  readonly writeId?: string | undefined
}

/** Postgres' integer; a larger id asked for would be an error there ("out of range"). */
const maxId = 2_147_483_647

/** @param schema a name from {@link schemaName}, migrated */
export function postsRepository(db: PostsDatabase, schema: string): PostsRepository {
  const tables = db.kysely.withSchema(schema)

  async function update(id: number, fields: PostPatch, options?: WriteOptions): Promise<PostJson | undefined> {
    if (!isPossibleId(id)) return undefined
    return tables
      .updateTable('posts')
      .set(fields)
      .set({
        // Raised by the statement that writes: two writers at once both count.
        version: sql<number>`version + 1`,
        // Not now(), the time the transaction began: a writer who waited for the row would set the clock back.
        updated_at: sql`clock_timestamp()`,
      })
      .where('id', '=', id)
      .returning(asJson(options))
      .executeTakeFirst()
  }

  return {
    // Rows joined here, not one value from string_agg or json_agg: a quarter faster, because Postgres makes rows while
    // Node takes them in, and it holds the event loop for shorter (figures in the README).
    async all() {
      const rows = await tables.selectFrom('posts').select(postJson().as('json')).orderBy('id').execute()
      return { json: jsonArray(rows), count: rows.length }
    },

    async count(atMost = 50_001) {
      const { count } = await tables
        .selectFrom(tables.selectFrom('posts').select('id').limit(atMost).as('post'))
        .select(sql<number>`count(*)::integer`.as('count'))
        .executeTakeFirstOrThrow()
      return count
    },

    async page({ limit, after = 0 }) {
      checkWhole('limit', limit, 1)
      checkWhole('after', after, 0)
      // One more than asked for tells whether there is a next page.
      const rows = await tables
        .selectFrom('posts')
        .select(['id', postJson().as('json')])
        .where('id', '>', Math.min(after, maxId))
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const shown = rows.slice(0, limit)
      const json = jsonArray(shown)
      const lastId = shown.at(-1)?.id
      if (lastId === undefined) return { json }
      return rows.length > limit ? { json, lastId, next: lastId } : { json, lastId }
    },

    async byId(id) {
      if (!isPossibleId(id)) return undefined
      return tables.selectFrom('posts').select(asJson()).where('id', '=', id).executeTakeFirst()
    },

    async authors() {
      const { rows } = await authorReports(schema).execute(db.kysely)
      return { json: jsonArray(rows), count: rows.length }
    },

    async create({ title, content, author }, options) {
      return tables
        .insertInto('posts')
        .values({ title, content, author })
        .returning(asJson(options))
        .executeTakeFirstOrThrow()
    },

    async replace(id, { title, content, author }, options) {
      return update(id, { title, content, author }, options)
    },

    async patch(id, { title, content, author }, options) {
      const fields = {
        ...(title !== undefined && { title }),
        ...(content !== undefined && { content }),
        ...(author !== undefined && { author }),
      }
      if (Object.keys(fields).length === 0) {
        throw new PostsDbError(
          'BAD_OPTION',
          `patch of post ${id} sets nothing; give at least one of title, content, author`,
        )
      }
      return update(id, fields, options)
    },

    async delete(id, options) {
      if (!isPossibleId(id)) return false
      const deleted = await tables
        .deleteFrom('posts')
        .where('id', '=', id)
        .returning(['id', ...writeIdOf(options)])
        .executeTakeFirst()
      return deleted !== undefined
    },
  }
}

const asJson = (options?: WriteOptions) => ['id', 'version', postJson().as('json'), ...writeIdOf(options)] as const

/** Tells the triggers of this very statement, which run after `returning`, in its own round trip. */
function writeIdOf({ writeId }: WriteOptions = {}) {
  return writeId === undefined ? [] : [sql<string>`set_config('posts.write_id', ${writeId}, true)`.as('writeId')]
}

function jsonArray(rows: readonly { json: string }[]): string {
  return `[${rows.map((row) => row.json).join(',')}]`
}

function isPossibleId(id: number): boolean {
  return Number.isInteger(id) && id >= 1 && id <= maxId
}
