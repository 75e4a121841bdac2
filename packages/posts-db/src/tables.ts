import type { ColumnType, Generated } from 'kysely'

/** Timestamps are read through the JSON of a post only, and set by the database or the loader. */
type Timestamp = ColumnType<Date, string | undefined, unknown>

/** `posts`, one copy of it per strategy. */
interface PostsTable {
  id: Generated<number>
  title: string
  content: string
  author: string
  created_at: Timestamp
  updated_at: Timestamp
  version: Generated<number>
}

/** `loads`: at most one row, which says what `loadPosts` put into this schema last. */
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
