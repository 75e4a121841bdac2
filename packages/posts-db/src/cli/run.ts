import { createDatabase, type PostsDatabase } from '../database.ts'
import { PostsDbError, reasonOf } from '../errors.ts'
import { UsageError } from './flags.ts'

/** Runs a command to its end: 0, or one line on stderr and 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof PostsDbError
    console.error(expected ? error.message : `failed: ${reasonOf(error)}`)
    process.exitCode = 1
  }
}

/**
 * Opens the database of `DATABASE_URL` for the time of `use`.
 *
 * @throws UsageError when the variable is missing or nobody answers there
 */
export async function withDatabase(use: (db: PostsDatabase) => Promise<void>): Promise<void> {
  const url = process.env.DATABASE_URL
  if (!url) {
    throw new UsageError(
      'DATABASE_URL is not set; put the address of a Postgres before the command, for example ' +
        'DATABASE_URL=postgres://postgres@127.0.0.1:5432/posts (`pnpm dev` brings its own and needs none)',
    )
  }
  const db = createDatabase({ url, maxConnections: 1 })
  try {
    await db.ping().catch((cause) => {
      const { hostname, port, pathname } = new URL(url)
      throw new UsageError(
        `can't use the database at ${hostname}:${port || 5432}${pathname} (${reasonOf(cause)}); start it, or correct DATABASE_URL`,
        { cause },
      )
    })
    await use(db)
  } finally {
    await db.close()
  }
}
