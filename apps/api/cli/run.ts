import { join } from 'node:path'
import { type Command, runCommand } from 'command-line'
import { createDatabase, type PostsDatabase, PostsDbError, reasonOf } from 'posts-db'

/** For the help of the commands. */
export const needsPostgres =
  'DATABASE_URL, the Postgres to use. Without it, the embedded one of `pnpm dev` in .data/postgres, which is started if it is not running.'

class Unreachable extends Error {}

/** Runs a command to its end. Exit code 0, or one line on stderr and 1 (failure) or 2 (wrong usage). */
export async function runToEnd(command: Command): Promise<void> {
  try {
    await runCommand(command)
  } catch (error) {
    const expected = error instanceof PostsDbError || error instanceof Unreachable
    console.error(expected ? error.message : `failed: ${reasonOf(error)}`)
    process.exitCode = 1
  }
}

/**
 * Opens the database of `DATABASE_URL`, or that of `pnpm dev`, during `use`.
 *
 * @throws Unreachable if the database does not answer
 */
export async function withDatabase(use: (db: PostsDatabase) => Promise<void>): Promise<void> {
  const given = process.env.DATABASE_URL
  if (given) return withUrl(given, use)
  // Imported only if needed: in production DATABASE_URL is set, and local-servers is not installed.
  const { openPostgresFolder, postgresFolder } = await import('local-servers')
  const opened = await openPostgresFolder(join(import.meta.dirname, '../../..', postgresFolder))
  console.error(
    `DATABASE_URL is not set: using ${postgresFolder}${opened.isShared ? ', which `pnpm dev` has open' : ''}`,
  )
  try {
    await withUrl(opened.url, use)
  } finally {
    await opened.close()
  }
}

async function withUrl(url: string, use: (db: PostsDatabase) => Promise<void>): Promise<void> {
  const db = createDatabase({ url, maxConnections: 1 })
  try {
    await db.ping().catch((cause) => {
      const { hostname, port, pathname } = new URL(url)
      throw new Unreachable(
        `can't use the database at ${hostname}:${port || 5432}${pathname} (${reasonOf(cause)}); start it, or correct DATABASE_URL`,
        { cause },
      )
    })
    await use(db)
  } finally {
    await db.close()
  }
}
