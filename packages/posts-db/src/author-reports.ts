import { type RawBuilder, sql } from 'kysely'
import { isoDate } from './post-json.ts'

/** What one author wrote, as the API shows it, and as {@link authorReports} writes it. */
export interface AuthorReport {
  author: string
  /** At least 1: an author is known by posts alone. */
  posts: number
  /** Of all their posts' contents. */
  words: number
  /** The earliest `createdAt`, as a post has it. */
  firstPostAt: string
  /** The latest `createdAt`. */
  lastPostAt: string
  /** The one with the most words; of several, the one with the lowest id. */
  longestPost: { id: number; title: string; words: number }
}

/**
 * The words of a post's content: its runs of characters that are `\S` to Postgres under collation C, so that every server
 * counts the same, whatever its locale. Words are parted by space, tab, line feed, vertical tab, form feed and carriage
 * return. Other white space, U+00A0 and U+3000 for two, is part of a word.
 *
 * The same as `regexp_count(content collate "C", '\S+')`, in a third of its time (60 against 190 ms for 10,000 posts, Postgres 15).
 */
function wordsOf(content: RawBuilder<unknown>): RawBuilder<number> {
  const onlySpaces = sql`regexp_replace(${content} collate "C", '[^\\S ]', ' ', 'g')`
  return sql<number>`cardinality(array_remove(string_to_array(${onlySpaces}, ' '), ''))`
}

/**
 * A row of JSON text for each author: one pass over the posts, in one statement. Keys in the order of {@link AuthorReport},
 * no white space.
 */
export function authorReports(schema: string): RawBuilder<{ json: string }> {
  return sql<{ json: string }>`
    with post as materialized (
      select id, title, author, created_at, ${wordsOf(sql.ref('content'))} as words from ${sql.id(schema, 'posts')}
    ),
    longest as (
      select distinct on (author) author, id, title, words from post order by author, words desc, id
    ),
    total as (
      select author, count(*) as posts, sum(words) as words, min(created_at) as first, max(created_at) as last
      from post group by author
    )
    select row_to_json((select report from (select
      total.author,
      total.posts,
      total.words,
      ${isoDate(sql.ref('total.first'))} as "firstPostAt",
      ${isoDate(sql.ref('total.last'))} as "lastPostAt",
      (select post from (select longest.id, longest.title, longest.words) post) as "longestPost"
    ) report))::text as json
    from total join longest using (author)
    order by total.posts desc, author collate "C"`
}
