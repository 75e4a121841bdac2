import { killFamily, resumeFamily, suspendFamily } from './process-family.ts'
import type { PostgresServerOptions } from './services-messages.ts'
import { startServices } from './start-services.ts'

export interface PostgresServer {
  /** `postgres://postgres@127.0.0.1:PORT/postgres`, without a password. */
  readonly url: string
  readonly port: number
  /** The parent process; its children serve the connections. */
  readonly pid: number
  /** Stops all its processes (SIGSTOP): the server hangs and keeps connections open. Linux only. */
  suspend(): void
  /** Continues them. */
  resume(): void
  /** Ends all sessions and the server in any state, and deletes its files. */
  stop(): Promise<void>
  /** Ends it as a crash would (SIGKILL) and waits until it and its files are gone. */
  kill(): Promise<void>
}

/**
 * Starts a private instance of the installed Postgres on a loopback port with a fresh data directory, in about 2 s. Unlike the
 * embedded one (`startPostgres`) it has separate sessions with timeouts, which can be terminated. If this process is root's, it
 * runs as `postgres` or `nobody`.
 *
 * It does not sync to disk. It is ended and deleted within 2 s of this process's end, even by SIGKILL.
 * Throws if no Postgres is installed, and names the command that installs it; throws if it does not start.
 */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const services = await startServices({ postgres: { server: options } })
  const postgres = services.postgres
  if (postgres?.kind !== 'server') throw new Error('expected a Postgres server, got another kind')
  const { url, port, pid } = postgres
  return {
    url,
    port,
    pid,
    suspend: () => suspendFamily(pid),
    resume: () => resumeFamily(pid),
    stop: () => services.stop(),
    async kill() {
      killFamily(pid)
      await services.ended
    },
  }
}
