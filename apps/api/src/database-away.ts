/** Tells a database that did not answer from a mistake of ours, where the database is called and nowhere else. */
import type { PostsRepository } from 'posts-db'

/** The database did not answer; `cause` says how. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
  readonly code = 'DATABASE_AWAY'

  constructor(cause: Error) {
    super(`the database did not answer: ${cause.message}`, { cause })
  }
}

/** The same posts; a call that the database did not answer throws `DatabaseAway`. */
export function noticingOutages(posts: PostsRepository): PostsRepository {
  return {
    all: () => noticing(posts.all()),
    count: (atMost) => noticing(posts.count(atMost)),
    page: (options) => noticing(posts.page(options)),
    byId: (id) => noticing(posts.byId(id)),
    create: (input, options) => noticing(posts.create(input, options)),
    replace: (id, input, options) => noticing(posts.replace(id, input, options)),
    patch: (id, patch, options) => noticing(posts.patch(id, patch, options)),
    delete: (id, options) => noticing(posts.delete(id, options)),
  }
}

async function noticing<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw error instanceof Error && isAway(error) ? new DatabaseAway(error) : error
  }
}

/** Network errors, Postgres shutting down or full (classes 08, 53, 57), and what `pg` says without any code. */
const AWAY_CODE = /^(?:ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_|EHOST|ENET|08|53|57)/
const AWAY_MESSAGE = /timeout|connection (?:terminated|error)|cannot use a pool after calling end/i

function isAway(error: Error): boolean {
  return AWAY_CODE.test('code' in error ? String(error.code) : '') || AWAY_MESSAGE.test(error.message)
}
