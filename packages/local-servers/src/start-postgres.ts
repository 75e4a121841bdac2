import type { EmbeddedPostgresOptions } from './services-messages.ts'
import { startServices } from './start-services.ts'

/**
 * Starts an embedded Postgres (PGlite) in a separate process. `pg` connects to it as to any other. Ready in about 3 s.
 *
 * Differences from a server: all connections share one session. So a `SET` affects all of them, a prepared statement's name can be
 * used only once, start-up parameters such as `statement_timeout` are ignored, and a transaction makes all other clients wait.
 * Notifications for LISTEN are not delivered. There is one database; see `createScratchDatabase`.
 */
export async function startPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const services = await startServices({ postgres: options })
  return { url: services.postgres!.url, stop: services.stop }
}
