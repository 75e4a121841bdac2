import type { EmbeddedPostgresOptions } from './services-messages.ts'
import { startServices } from './start-services.ts'

/**
 * Starts an embedded Postgres (PGlite) in a process of its own, to which `pg` connects as to any other. Ready in about 3 s.
 *
 * What differs from a server: all connections share one session, so that `SET` in one is seen by all, a prepared statement's name
 * can be used once, start-up parameters such as `statement_timeout` are ignored, and a transaction makes everybody else wait.
 * LISTEN is not delivered. There is one database; see `createScratchDatabase`.
 */
export async function startPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const services = await startServices({ postgres: options })
  return { url: services.postgres!.url, stop: services.stop }
}
