import { type ChildProcess, execFile, spawn } from 'node:child_process'
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
import { unprivilegedUser } from './unprivileged-user.ts'

const START_WITHIN_MS = 20_000

/**
 * Initialises and runs a real Postgres as a child of this process. Only for the services process; other code uses
 * `startPostgresServer`. It is killed and its files are deleted when this process exits. `onLost` is called if it ends by itself.
 *
 * Throws if none is installed, or if it does not start; the message then has its last log lines.
 */
export async function runPostgresServer(
  options: PostgresServerOptions,
  onLost: () => void,
): Promise<{ url: string; port: number; pid: number; stop(): Promise<void> }> {
  const programs = findPostgresServer()
  if (programs === undefined) {
    throw new Error(`no initdb and postgres on PATH or in /usr/lib/postgresql; install them: ${installPostgresHint}`)
  }
  const user = unprivilegedUser('Postgres')
  const dir = mkdtempSync(join(tmpdir(), 'private-postgres-'))
  if (user) chownSync(dir, user.uid, user.gid)
  // Its children may die a moment later.
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
    // Its data need not survive.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
  }
  return ['-D', dir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Waits until the server's log reports readiness. Keeps reading afterwards: a full pipe would block the server. */
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
    throw new Error(`it exited before it was ready: ${log.trim().split('\n').slice(-3).join(' | ')}`)
  })
  await Promise.race([ready, refused]).finally(() => clearTimeout(overdue))
  refused.catch(() => {})
}
