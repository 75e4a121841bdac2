import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { atExit } from './at-exit.ts'
import { findPostgresServer, installPostgresHint } from './find-postgres-server.ts'
import { freePort } from './free-port.ts'
import { killFamily } from './process-family.ts'
import type { PostgresServerOptions } from './services-messages.ts'

/** Postgres refuses to run as root: then it is one of these. */
const UNPRIVILEGED = ['postgres', 'nobody']
const START_WITHIN_MS = 20_000

/**
 * Initialises and runs a real Postgres as a child of this process, which must be the services process: anything else starts it by
 * `startPostgresServer`. Killed, its files deleted, when this process exits. `onLost` is called when it ends unasked.
 *
 * Throws when none is installed and when it does not start: the message holds its own last words.
 */
export async function runPostgresServer(
  options: PostgresServerOptions,
  onLost: () => void,
): Promise<{ url: string; port: number; pid: number; stop(): Promise<void> }> {
  const programs = findPostgresServer()
  if (programs === undefined) {
    throw new Error(`no initdb and postgres on PATH or in /usr/lib/postgresql; install them: ${installPostgresHint}`)
  }
  const user = userToRunAs()
  const dir = mkdtempSync(join(tmpdir(), 'private-postgres-'))
  if (user) chownSync(dir, user.uid, user.gid)
  // Its children may take a moment longer to die than it does.
  const removeDir = () => rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  const forgetDir = atExit(removeDir)
  try {
    const init = ['--pgdata', dir, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C']
    await promisify(execFile)(join(programs, 'initdb'), [...init, '--no-sync'], { ...user, cwd: dir })
    const port = await freePort()
    const child = spawn(join(programs, 'postgres'), [...argumentsFor(dir, port), ...(options.args ?? [])], {
      ...user,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const forget = atExit(() => killFamily(child.pid!))
    const gone = once(child, 'exit').finally(() => {
      forget()
      forgetDir()
      removeDir()
    })
    await untilReady(child, gone)
    let stopping = false
    void gone.then(() => {
      if (!stopping) onLost()
    })
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      port,
      pid: child.pid!,
      async stop() {
        stopping = true
        child.kill('SIGINT') // ends all sessions
        const overdue = setTimeout(() => killFamily(child.pid!), 1_000)
        await gone.finally(() => clearTimeout(overdue))
      },
    }
  } catch (cause) {
    forgetDir()
    removeDir()
    throw new Error(`the private Postgres did not start: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function argumentsFor(dir: string, port: number): string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // Nothing in it outlives it.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
  }
  return ['-D', dir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

function userToRunAs(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of UNPRIVILEGED) {
    try {
      const idOf = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { uid: idOf('-u'), gid: idOf('-g') }
    } catch {}
  }
  throw new Error(
    `Postgres does not run as root, and there is no user ${UNPRIVILEGED.join(' or ')}; run this as another user`,
  )
}

/** Reads the server's log until it says it is ready. It is read on afterwards too: a full pipe would stop the server. */
async function untilReady(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  let log = ''
  const ready = new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      if (log.length < 16_000) log += chunk
      if (log.includes('database system is ready to accept connections')) resolve()
    })
  })
  const overdue = setTimeout(() => killFamily(child.pid!), START_WITHIN_MS)
  const refused = gone.then(() => {
    throw new Error(`it ended before it was ready: ${log.trim().split('\n').slice(-3).join(' | ')}`)
  })
  await Promise.race([ready, refused]).finally(() => clearTimeout(overdue))
  refused.catch(() => {})
}
