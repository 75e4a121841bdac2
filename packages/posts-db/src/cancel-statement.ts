import pg from 'pg'

/** Missing in the types of `pg`: the keys that the server gave to a connection, and the two messages used here. */
interface Internals {
  processID: number | null
  secretKey: number | null
  connection: { startup(): void; cancel(processID: number, secretKey: number): void }
}

/**
 * Longer than PgBouncer's `cancel_wait_timeout` of 10 s. With Postgres suspended and an earlier close, PgBouncer 1.18 confused the next
 * connection with this one and ended it with "successfully sent cancel request".
 */
const GIVE_UP_AFTER_MS = 15_000

/**
 * Asks the server to cancel the statement on `client`'s connection, over a separate connection, as Postgres requires. Uses the
 * protocol, not `pg_cancel_backend`: behind a pooler the client does not know the backend's pid, and the pooler forwards the request.
 *
 * Resolves when the server has closed the separate connection, or within 15 s if it can't be reached. The result does not show
 * whether a statement was cancelled.
 */
export async function cancelStatement(client: pg.Client, config: pg.ClientConfig): Promise<void> {
  const { processID, secretKey } = client as unknown as Internals
  if (processID === null || secretKey === null) return
  const canceller = new pg.Client({ ...config, connectionTimeoutMillis: GIVE_UP_AFTER_MS })
  canceller.on('error', () => {})
  const { connection } = canceller as unknown as Internals
  // Sent instead of a start-up message; TLS has been negotiated before.
  connection.startup = () => connection.cancel(processID, secretKey)
  await canceller.connect().catch(() => {}) // the server closes without an answer
}
