import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'

/**
 * Brings the tables of each of `strategies` up to date and loads the posts, unless these are there already: what was changed in them since is kept.
 * Returns a line that says what was done. Throws when the database can't be used.
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

/** A line every 5 s, for those who load far more than the default, which takes some 2 s. */
function progress(): (done: number, total: number) => void {
  let saidAt = performance.now()
  return (done, total) => {
    if (performance.now() - saidAt < 5_000) return
    saidAt = performance.now()
    console.log(`posts: ${done} of ${total} rows`)
  }
}
