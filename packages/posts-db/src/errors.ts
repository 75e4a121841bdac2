/**
 * - `BAD_OPTION`: an argument is not allowed; nothing was sent to the database.
 * - `MIGRATION_FAILED`: a schema could not be brought up to date; its transaction was rolled back.
 * - `LOAD_FAILED`: posts could not be loaded; the old posts are unchanged.
 *
 * Errors of Postgres itself (unreachable, statement timeout, constraint) are passed on as `pg` throws them.
 */
export type PostsDbErrorCode = 'BAD_OPTION' | 'MIGRATION_FAILED' | 'LOAD_FAILED'

/** The only error class of this package: a code for programs, and a message that names the value and the remedy. */
export class PostsDbError extends Error {
  override readonly name = 'PostsDbError'
  readonly code: PostsDbErrorCode

  constructor(code: PostsDbErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** The text of a lower-level error. Node's errors on connecting to "localhost" have a code and no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}

/** Whether Postgres refused the values of a statement, so that it would refuse them again: SQLSTATE classes 22 (data) and 23 (constraints). */
export function isRefusedValue(error: unknown): boolean {
  return error instanceof Error && /^2[23][0-9A-Z]{3}$/.test(String((error as { code?: unknown }).code))
}
