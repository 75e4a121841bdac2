import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'

/**
 * Migrates the tables of all `strategies` and loads the posts, unless they are loaded already, so that later changes are kept.
 * Returns one line for the operator. Throws when the database can't be used.
 */
export async function preparePosts(databaseUrl: string, count: number, strategies: readonly string[]): Promise<string> {
  const schemas = strategies.map(schemaName)
  const database = createDatabase({ url: databaseUrl, maxConnections: 1, statementTimeoutMs: 0 })
  try {
    await database.ping().catch((cause) => {
      throw new Error(`can't use the Postgres on ${new URL(databaseUrl).host}: ${cause.message || cause.code}`, {
        cause,
      })
    })
    await migrate(database, schemas)
    const { loaded, durationMs } = await loadPosts(database, schemas, {
      count,
      keepLoaded: true,
      onProgress: progress(),
    })
    return loaded ? `posts: ${count} loaded in ${(durationMs / 1000).toFixed(1)} s` : `posts: ${count}, loaded before`
  } finally {
    await database.close()
  }
}

/** Prints a line every 5 s. The default number of posts loads in about 2 s. */
function progress(): (done: number, total: number) => void {
  let saidAt = performance.now()
  return (done, total) => {
    if (performance.now() - saidAt < 5_000) return
    saidAt = performance.now()
    console.log(`posts: ${done} of ${total} rows`)
  }
}
