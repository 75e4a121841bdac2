import { type RawBuilder, sql } from 'kysely'

/** One post as the API shows it and {@link postJson} writes it. */
export interface Post {
  /** 1 … 2,147,483,647. */
  id: number
  title: string
  content: string
  author: string
  /** `2026-01-01T00:00:00.000Z`: always UTC, always three digits of milliseconds. */
  createdAt: string
  updatedAt: string
  /** 1 when created, raised by one with each update of this row. */
  version: number
}

/** A row as the bytes of the response: JSON made by Postgres, so that nothing is parsed or serialised on the way. */
export interface PostJson {
  id: number
  version: number
  json: string
}

/**
 * The JSON text of the current row, with the keys in the order of {@link Post} and no white space: one expression for a select,
 * `returning` and lists, so that all have the same bytes.
 */
export function postJson(): RawBuilder<string> {
  return sql<string>`row_to_json((select post from (select
    id, title, content, author,
    ${isoDate(sql.ref('created_at'))} as "createdAt",
    ${isoDate(sql.ref('updated_at'))} as "updatedAt",
    version
  ) post))::text`
}

/** In the format of the dates of {@link Post}. @param moment a timestamptz(3) */
export function isoDate(moment: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
