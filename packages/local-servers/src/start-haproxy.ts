import { once } from 'node:events'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findPrograms, foldersOf } from './find-program.ts'
import { startPrivateServer } from './private-server.ts'

/** The command that installs it; completes a sentence such as "install it: …". */
export const installHaproxyHint = 'apt-get install haproxy (Debian, Ubuntu) or brew install haproxy (macOS)'

export interface HaproxyOptions {
  /** The URLs of the HTTP servers behind it, by name. */
  servers: Record<string, string>
  /** Lines of its backend: `['option httpchk GET /healthz']`. */
  backend: readonly string[]
}

export interface Haproxy {
  readonly url: string
  readonly pid: number
  /** The status of each server: `UP`, `DOWN`, a transition such as `UP 1/3`, or `unchecked`. */
  statuses(): Promise<Record<string, string>>
  /** Ends HAProxy (SIGTERM, then SIGKILL after 1 s) and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts HAProxy in front of HTTP servers, on a free loopback port. It balances round-robin, with 5 health checks per second and
 * server. It is killed when this process exits, but survives a SIGKILL of this process.
 *
 * Throws if it is not installed, and names the command that installs it; throws with its last log lines if it does not start.
 */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const path = findHaproxy()
  if (path === undefined) throw new Error(`no haproxy on PATH or in /usr/sbin; install it: ${installHaproxyHint}`)
  const { port, pid, dir, stop } = await startPrivateServer({
    name: 'haproxy',
    path,
    args: ['-db', '-f'], // in the foreground
    configuration: (own, folder) => configuration(options, own, join(folder, SOCKET)),
    isReady: async (_log, folder) => (await statusesFrom(join(folder, SOCKET)).catch(() => undefined)) !== undefined,
  })
  return { url: `http://127.0.0.1:${port}`, pid, statuses: () => statusesFrom(join(dir, SOCKET)), stop }
}

/** The program, if it is installed. Debian has it in /usr/sbin, which only root has on PATH. */
export function findHaproxy(): string | undefined {
  return findPrograms('haproxy', [...foldersOf(), '/usr/sbin'])[0]
}

const SOCKET = 'socket'

function configuration({ servers, backend }: HaproxyOptions, port: number, socket: string): string {
  const lines = Object.entries(servers).map(([name, url]) => `server ${name} ${new URL(url).host} check inter 200ms`)
  return `
global
  stats socket ${socket}
defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 20s
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  ${[...backend, ...lines].join('\n  ')}
`
}

/** Its answer to `show stat`: CSV with column names in the first line. */
async function statusesFrom(socket: string): Promise<Record<string, string>> {
  const connection = createConnection(socket)
  await once(connection, 'connect')
  connection.end('show stat\n')
  const [header = '', ...rows] = (await text(connection)).trim().replace('# ', '').split('\n')
  const columns = header.split(',')
  const cells = rows.map((row) => row.split(','))
  const of = (row: string[], column: string) => row[columns.indexOf(column)] ?? ''
  const servers = cells.filter((row) => of(row, 'type') === '2')
  // It reports a server as up until a check has failed; `INI` means that none has run.
  const statusOf = (row: string[]) => (of(row, 'check_status').endsWith('INI') ? 'unchecked' : of(row, 'status'))
  return Object.fromEntries(servers.map((row) => [of(row, 'svname'), statusOf(row)]))
}
