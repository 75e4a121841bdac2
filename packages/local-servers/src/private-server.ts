import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'
import { freePort } from './free-port.ts'

export interface ServerProgram {
  /** The server's name in error messages. */
  readonly name: string
  /** Absolute path of the program. */
  readonly path: string
  /** The server's configuration for this port. `dir` is a private folder, which is deleted when the server ends. */
  configuration(port: number, dir: string): string
  /** The arguments before the configuration's path. A function of the same as `configuration` if they name port or folder. */
  readonly args?: readonly string[] | ((port: number, dir: string) => readonly string[])
  /** The user that the server runs as. Default: the user of this process. */
  readonly user?: { uid: number; gid: number } | undefined
  /** Whether the server accepts requests, given its log so far. Called repeatedly until true. */
  isReady(log: string, dir: string): boolean | Promise<boolean>
}

export interface PrivateServer {
  readonly port: number
  readonly pid: number
  readonly dir: string
  /** Ends the server (SIGTERM, then SIGKILL after 1 s) and waits until it is gone. */
  stop(): Promise<void>
}

const ATTEMPTS = 5
const START_WITHIN_MS = 5_000

/**
 * Starts a server that reads a configuration file, on a free loopback port. The server is killed when this process
 * exits, but survives a SIGKILL of this process.
 *
 * @throws with the server's last log lines if it exits before it is ready, or is not ready within 5 s
 */
export async function startPrivateServer(program: ServerProgram): Promise<PrivateServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(program, await freePort())
    } catch (error) {
      // Another process took the port.
      if (attempt === ATTEMPTS || !/already in use|cannot bind/i.test(String(error))) throw error
    }
  }
}

async function launch(program: ServerProgram, port: number): Promise<PrivateServer> {
  const { name, path, args = [], user } = program
  const dir = mkdtempSync(join(tmpdir(), `private-${name}-`))
  const file = join(dir, 'configuration')
  writeFileSync(file, program.configuration(port, dir))
  if (user) for (const each of [dir, file]) chownSync(each, user.uid, user.gid)

  const before = typeof args === 'function' ? args(port, dir) : args
  const child = spawn(path, [...before, file], { ...user, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  const removeDir = () => rmSync(dir, { recursive: true, force: true })
  const forget = atExit(() => {
    child.kill('SIGKILL')
    removeDir()
  })
  let log = ''
  const read = (chunk: Buffer) => {
    if (log.length < 16_000) log += chunk
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  // `close` comes after `exit`, when all output has been read.
  const gone = once(child, 'close').finally(() => {
    forget()
    removeDir()
  })
  gone.catch(() => {})

  const deadline = performance.now() + START_WITHIN_MS
  while (!(await program.isReady(log, dir))) {
    if (performance.now() > deadline) child.kill('SIGKILL')
    const ended = await Promise.race([gone.then(() => true), new Promise((resolve) => setTimeout(resolve, 10, false))])
    if (!ended) continue
    const words = log.trim().split('\n').slice(-3).join(' | ')
    throw new Error(
      `${name} on port ${port} exited, or was killed after ${START_WITHIN_MS} ms, before it served: ${words}`,
    )
  }
  return {
    port,
    pid: child.pid!,
    dir,
    async stop() {
      child.kill('SIGTERM')
      const overdue = setTimeout(() => child.kill('SIGKILL'), 1_000)
      await gone.finally(() => clearTimeout(overdue))
    },
  }
}
