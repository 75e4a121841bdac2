/**
 * What can go wrong here other than Postgres refusing a statement:
 * - `BAD_OPTION`: an argument outside what is allowed; nothing was sent to the database.
 * - `MIGRATION_FAILED`: a schema could not be brought up to date; its transaction was rolled back.
 * - `LOAD_FAILED`: posts could not be loaded; the posts from before are all still there.
 *
 * Errors of Postgres itself (unreachable, statement timeout, constraint) come through as `pg` throws them.
 */
export type PostsDbErrorCode = 'BAD_OPTION' | 'MIGRATION_FAILED' | 'LOAD_FAILED'

/** The one error class of this package: a code to switch on, a message that names the value and the remedy. */
export class PostsDbError extends Error {
  override readonly name = 'PostsDbError'
  readonly code: PostsDbErrorCode

  constructor(code: PostsDbErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** What to show of an error from below. Node's errors on connecting to "localhost" have a code and no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}
