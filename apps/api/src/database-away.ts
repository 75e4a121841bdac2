/** Tells a database that did not answer from a mistake of ours, where the database is called and nowhere else. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { PostsRepository } from 'posts-db'

/** The database did not answer; `cause` says how. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
  readonly code = 'DATABASE_AWAY'

  constructor(cause: Error) {
    super(`the database did not answer: ${cause.message}`, { cause })
  }
}

/** The same posts; a call that the database did not answer throws `DatabaseAway`. A read that lost its connection is asked again first. */
export function noticingOutages(posts: PostsRepository): PostsRepository {
  return {
    all: () => noticing(trying(() => posts.all())),
    count: (atMost) => noticing(trying(() => posts.count(atMost))),
    page: (options) => noticing(trying(() => posts.page(options))),
    authors: () => noticing(trying(() => posts.authors())),
    byId: (id) => noticing(trying(() => posts.byId(id))),
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

/** Where one connection is lost, others may be about to be: they are given a moment in which the pool hears of it. */
const TRIES = 4
const MOMENT_MS = 20

/** On another connection, where one was lost: a read changes nothing, and the database may well be there. */
async function trying<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      if (tries === TRIES || !(error instanceof Error && isCutOff(error))) throw error
      await sleep(MOMENT_MS)
    }
  }
}

/** Terminated, or broken off; not a database that took too long, which would be waited for twice. */
const CUT_OFF_CODE = /^(?:57P0[12]|08006|ECONNRESET|EPIPE)$/
const CUT_OFF_MESSAGE = /connection terminated(?: unexpectedly)?$|not queryable/i

function isCutOff(error: Error): boolean {
  return CUT_OFF_CODE.test('code' in error ? String(error.code) : '') || CUT_OFF_MESSAGE.test(error.message)
}

/** Network errors, Postgres shutting down or full (classes 08, 53, 57), and what `pg` says without any code. */
const AWAY_CODE = /^(?:ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_|EHOST|ENET|08|53|57)/
const AWAY_MESSAGE = /timeout|connection (?:terminated|error)|cannot use a pool after calling end/i

function isAway(error: Error): boolean {
  return AWAY_CODE.test('code' in error ? String(error.code) : '') || AWAY_MESSAGE.test(error.message)
}
