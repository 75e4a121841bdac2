/** What is needed of a Postgres client. A `pg.Pool` fits, so that this package brings no client of its own. */
export interface PostgresQueries {
  query<R extends PostgresRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

// biome-ignore lint/suspicious/noExplicitAny: as in the types of `pg`, which would not fit a stricter one.
export type PostgresRow = Record<string, any>

/** A pool of connections, as `pg.Pool` is one. Give it timeouts: a query that never ends is waited for. */
export interface PostgresPool extends PostgresQueries {
  connect(): Promise<PostgresClient>
}

/** One connection of a pool, as `pg.PoolClient` is one. */
export interface PostgresClient extends PostgresQueries {
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  /** @param error given, the connection is closed instead of used again. */
  release(error?: Error): void
}

/**
 * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects.
 *
 * @param begin the statement that begins it, and what else should hold in it
 */
export async function inTransaction<T>(
  pool: PostgresPool,
  begin: string,
  work: (client: PostgresQueries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  // A connection lost between two queries says so by this event alone, which without a listener ends the process.
  client.on('error', ignore)
  let unfit: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((lost: Error) => {
      unfit = lost
    })
    throw error
  } finally {
    client.removeListener('error', ignore)
    client.release(unfit)
  }
}

function ignore(): void {}
