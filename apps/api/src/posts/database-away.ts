/** Distinguishes a database that did not answer from a bug of ours. Done only here, where the database is called. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostsRepository } from 'posts-db'

/** The database did not answer; `cause` has the error. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
  readonly code = 'DATABASE_AWAY'

  constructor(cause: Error) {
    super(`the database did not answer: ${cause.message}`, { cause })
  }
}

/** Throws `DatabaseAway` for calls that the database did not answer. A read that lost its connection is first retried. */
export function mapOutages(posts: PostsRepository): PostsRepository {
  return {
    all: () => mapOutage(retryRead(() => posts.all())),
    count: (atMost) => mapOutage(retryRead(() => posts.count(atMost))),
    page: (options) => mapOutage(retryRead(() => posts.page(options))),
    authors: () => mapOutage(retryRead(() => posts.authors())),
    byId: (id) => mapOutage(retryRead(() => posts.byId(id))),
    byIds: (ids) => mapOutage(retryRead(() => posts.byIds(ids))),
    create: (input, options) => mapOutage(posts.create(input, options)),
    replace: (id, input, options) => mapOutage(posts.replace(id, input, options)),
    patch: (id, patch, options) => mapOutage(posts.patch(id, patch, options)),
    delete: (id, options) => mapOutage(posts.delete(id, options)),
  }
}

async function mapOutage<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw error instanceof Error && isAway(error) ? new DatabaseAway(error) : error
  }
}

/** When one connection breaks, others often break too. The delay gives the pool time to notice that. */
const TRIES = 4
const MOMENT_MS = 20

/** Retries a read on another connection: it changes nothing, and the database may be reachable. */
async function retryRead<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      if (tries === TRIES || !(error instanceof Error && isCutOff(error))) throw error
      await sleep(MOMENT_MS)
    }
  }
}

/** A terminated or broken connection, also behind a pooler (08P01). Not a timeout: a retry would wait a second time. */
const CUT_OFF_CODE = /^(?:57P0[12]|08006|08P01|ECONNRESET|EPIPE)$/
const CUT_OFF_MESSAGE = /connection terminated(?: unexpectedly)?$|not queryable/i
/** PgBouncer's message when no connection became free. */
const TOO_LONG_MESSAGE = /query_wait_timeout/

function isCutOff(error: Error): boolean {
  if (TOO_LONG_MESSAGE.test(error.message)) return false
  return CUT_OFF_CODE.test('code' in error ? String(error.code) : '') || CUT_OFF_MESSAGE.test(error.message)
}

/**
 * Network errors; Postgres shutting down or out of resources (classes 08, 53, 57); a database missing during a restore (3D000); a
 * read-only server after a failover (25006).
 */
const AWAY_CODE = /^(?:ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_|EHOST|ENET|08|53|57|3D000|25006)/
/** Errors of `pg` without a code, and a database closed to connections, whose code (55000) has other meanings too. */
const AWAY_MESSAGE =
  /timeout|connection (?:terminated|error)|cannot use a pool after calling end|not currently accepting connections/i

function isAway(error: Error): boolean {
  return AWAY_CODE.test('code' in error ? String(error.code) : '') || AWAY_MESSAGE.test(error.message)
}
