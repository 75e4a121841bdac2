import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { userInfo } from 'node:os'
import { atExit } from './at-exit.ts'
import { findPrograms, foldersOf } from './find-program.ts'
import { freePort } from './free-port.ts'

/** The command that installs one; completes a sentence such as "install it: …". */
export const installMemcachedHint = 'apt-get install memcached (Debian, Ubuntu) or brew install memcached (macOS)'

export interface MemcachedOptions {
  /** Default: a free port. A drill restarts a server on the same port. */
  port?: number
  /** Extra arguments of the server, which override the defaults: `['-I', '8m']`. */
  args?: string[]
}

export interface PrivateMemcached {
  /** `memcached://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Ends it by SIGKILL and waits until it is gone: it stores nothing on disk, and takes up to 1 s to handle SIGTERM. */
  stop(): Promise<void>
}

/** Usually it takes about 20 ms. */
const START_WITHIN_MS = 5_000

/** The program, if it is installed. */
export function findMemcached(): string | undefined {
  return findPrograms('memcached', foldersOf())[0]
}

/**
 * Starts a private memcached on a loopback port, with 64 MB, and resolves when it accepts connections.
 *
 * It is killed when this process exits, but survives a SIGKILL of this process.
 * Throws if none is on PATH, and names the command that installs it; throws with its last log lines if it does not start.
 */
export async function startMemcached(options: MemcachedOptions = {}): Promise<PrivateMemcached> {
  const path = findMemcached()
  if (path === undefined) throw new Error(`no memcached on PATH; install it: ${installMemcachedHint}`)
  for (let attemptsLeft = options.port === undefined ? 5 : 1; ; attemptsLeft--) {
    try {
      return await launch(path, options.port ?? (await freePort()), options.args ?? [])
    } catch (error) {
      if (attemptsLeft === 1 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

async function launch(path: string, port: number, more: readonly string[]): Promise<PrivateMemcached> {
  const network = ['--listen', '127.0.0.1', '--port', String(port), '--udp-port', '0']
  // As root it requires a user name.
  const user = userInfo().uid === 0 ? ['--user', 'root'] : []
  const child = spawn(path, [...network, ...user, '--memory-limit', '64', ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const forget = atExit(() => child.kill('SIGKILL'))
  let log = ''
  child.stderr.on('data', (chunk) => {
    if (log.length < 16_000) log += chunk
  })
  let isGone = false
  const gone = once(child, 'close').finally(() => {
    isGone = true
    forget()
  })
  gone.catch(() => {})

  const deadline = performance.now() + START_WITHIN_MS
  while (isGone || !(await accepts(port))) {
    if (!isGone && performance.now() < deadline) continue
    child.kill('SIGKILL')
    await gone
    throw new Error(`memcached on port ${port} did not serve: ${log.trim().split('\n').slice(-3).join(' | ')}`)
  }
  return {
    url: `memcached://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Whether a server accepts connections there. Returns false only after 10 ms, which limits the caller's polling rate. */
async function accepts(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return false
  } finally {
    socket.destroy()
  }
}
