import type { ColumnType, Generated } from 'kysely'

/** Timestamps are read only through the JSON of a post, and set by the database or the loader. */
type Timestamp = ColumnType<Date, string | undefined, unknown>

/** `posts`, one copy per strategy. */
interface PostsTable {
  id: Generated<number>
  title: string
  content: string
  author: string
  created_at: Timestamp
  updated_at: Timestamp
  version: Generated<number>
  /** The id of the write from the queue that the row had last, as in `stream-id.ts`. */
  stored_id: Generated<string>
}

/** `loads`: at most one row, which records the last load of this schema. */
interface LoadsTable {
  only: Generated<boolean>
  post_count: number
  seed: number
  generator: number
}

/** The tables of one schema; always reached through `withSchema`. */
export interface Tables {
  posts: PostsTable
  loads: LoadsTable
}
