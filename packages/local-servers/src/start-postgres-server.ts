import { killFamily, resumeFamily, suspendFamily } from './process-family.ts'
import type { PostgresServerOptions } from './services-messages.ts'
import { startServices } from './start-services.ts'

export interface PostgresServer {
  /** `postgres://postgres@127.0.0.1:PORT/postgres`; nobody is asked for a password. */
  readonly url: string
  readonly port: number
  /** Of the process whose children serve the connections. */
  readonly pid: number
  /** Stops all of its processes where they are (SIGSTOP): it hangs, and closes nothing. Linux only. */
  suspend(): void
  /** Lets them go on. */
  resume(): void
  /** Ends all sessions and the server, in whatever state it is, and deletes its files. */
  stop(): Promise<void>
  /** Ends it as a crash would (SIGKILL) and waits until it and its files are gone. */
  kill(): Promise<void>
}

/**
 * Starts a real Postgres of one's own on a loopback port: the installed one, on a fresh data directory, in about 2 s. Unlike the embedded
 * one (`startPostgres`) it has sessions that can be told apart, terminated and timed out. Run by root it runs as `postgres` or `nobody`.
 *
 * It does not sync to disk, and is ended and deleted within 2 s of this process's end, however that comes.
 * Throws when no Postgres is installed, naming what to install, and when it does not start.
 */
export async function startPostgresServer(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const services = await startServices({ postgres: { server: options } })
  const postgres = services.postgres
  if (postgres?.kind !== 'server') throw new Error('asked for a Postgres server, got another kind')
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
