import { findPrograms, foldersOf } from './find-program.ts'
import { startPrivateServer } from './private-server.ts'
import { unprivilegedUser } from './unprivileged-user.ts'

/** The command that installs PgBouncer; completes a sentence such as "install it: …". */
export const installPgBouncerHint = 'apt-get install pgbouncer (Debian, Ubuntu) or brew install pgbouncer (macOS)'

export interface PgBouncerOptions {
  /** The database behind PgBouncer, on a Postgres server reached over TCP. */
  databaseUrl: string
  /** Extra settings for the `[pgbouncer]` section: `{ default_pool_size: 2 }`. Default: none. */
  settings?: Record<string, string | number>
}

export interface PgBouncer {
  /** `databaseUrl` through PgBouncer, which requires no password. */
  readonly url: string
  readonly pid: number
  /** Ends PgBouncer (SIGTERM, then SIGKILL after 1 s) and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts PgBouncer in transaction pooling mode on a free loopback port. If this process runs as root, PgBouncer runs as
 * `postgres` or `nobody`.
 * PgBouncer is killed when this process exits, but survives a SIGKILL of this process.
 *
 * If PgBouncer is not installed, throws an error with the command that installs it. If PgBouncer does not start, throws
 * an error with its last log lines.
 */
export async function startPgBouncer({ databaseUrl, settings = {} }: PgBouncerOptions): Promise<PgBouncer> {
  const path = findPgBouncer()
  if (path === undefined) throw new Error(`no pgbouncer on PATH or in /usr/sbin; install it: ${installPgBouncerHint}`)
  const database = new URL(databaseUrl)
  const { port, pid, stop } = await startPrivateServer({
    name: 'pgbouncer',
    path,
    user: unprivilegedUser('PgBouncer'),
    configuration: (own) => configuration(database, { listen_port: own, ...settings }),
    isReady: (log) => log.includes('process up'),
  })
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return { url: url.href, pid, stop }
}

/** The program, if it is installed. Debian has it in /usr/sbin, which only root has on PATH. */
export function findPgBouncer(): string | undefined {
  return findPrograms('pgbouncer', [...foldersOf(), '/usr/sbin'])[0]
}

function configuration({ hostname, port, pathname, username, password }: URL, settings: object): string {
  const upstream = {
    host: hostname,
    port: port || 5432,
    dbname: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username || 'postgres'),
    ...(password && { password: decodeURIComponent(password) }),
  }
  const all = {
    listen_addr: '127.0.0.1',
    unix_socket_dir: '',
    pool_mode: 'transaction',
    // Every client becomes `upstream.user`.
    auth_type: 'any',
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  const target = Object.entries(upstream).map(([name, value]) => `${name}='${String(value).replaceAll("'", "''")}'`)
  return `[databases]\n${upstream.dbname} = ${target.join(' ')}\n[pgbouncer]\n${lines.join('\n')}\n`
}
