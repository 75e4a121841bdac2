/** The part of a Postgres client that this package uses. A `pg.Pool` fits, so no client is a dependency. */
export interface PostgresQueries {
  query<R extends PostgresRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

// biome-ignore lint/suspicious/noExplicitAny: as in the types of `pg`, which would not fit a stricter one.
export type PostgresRow = Record<string, any>

/** A connection pool such as `pg.Pool`. Give it timeouts: the outbox waits for every query. */
export interface PostgresPool extends PostgresQueries {
  connect(): Promise<PostgresClient>
}

/** One connection of a pool, such as `pg.PoolClient`. */
export interface PostgresClient extends PostgresQueries {
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  /** @param error if given, the connection is closed instead of reused. */
  release(error?: Error): void
}

/**
 * Runs `work` in a transaction: committed when it resolves, rolled back when it rejects.
 *
 * @param begin the statement that begins the transaction, with any settings for it
 */
export async function inTransaction<T>(
  pool: PostgresPool,
  begin: string,
  work: (client: PostgresQueries) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  // A connection lost between two queries only emits this event. Without a listener, it ends the process.
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
