import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'
import { findRedisServer, installRedisHint, type RedisServer } from './find-redis-server.ts'
import { freePort } from './free-port.ts'

export interface RedisOptions {
  /** Default: a free port. A drill restarts a server on the same port. */
  port?: number
  /** Extra arguments of the server, which override the defaults: `['--maxmemory-policy', 'noeviction']`. */
  args?: string[]
  /** Its working folder, which is kept. Default: a temporary folder, deleted afterwards. */
  dir?: string
  /** Default: the result of `findRedisServer`. */
  server?: RedisServer
}

export interface PrivateRedis {
  name: RedisServer['name']
  version: string
  /** `redis://127.0.0.1:PORT` */
  url: string
  port: number
  pid: number
  process: ChildProcess
  /** Ends Redis (SIGTERM, then SIGKILL after 1 s, which also ends a stopped process) and waits until it is gone. */
  stop(): Promise<void>
  /** Ends it as a crash would (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>
}

/**
 * Starts a private Redis on a loopback port and resolves when it accepts connections.
 *
 * It stores nothing on disk and uses at most 256 MB (`volatile-lru`). It is killed when this process exits, but survives a SIGKILL
 * of this process: if that matters, use `startServices`.
 * Throws if no server is on PATH, or if it does not start; the message then has its last log lines.
 */
export async function startRedis(options: RedisOptions = {}): Promise<PrivateRedis> {
  const server = options.server ?? findRedisServer()
  if (server === undefined)
    throw new Error(`no redis-server or valkey-server on PATH; install one: ${installRedisHint}`)
  let attemptsLeft = options.port === undefined ? 5 : 1
  for (;;) {
    try {
      return await launch(server, options.port ?? (await freePort()), options)
    } catch (error) {
      attemptsLeft -= 1
      if (attemptsLeft === 0 || !/address already in use/i.test(String(error))) throw error
    }
  }
}

async function launch(server: RedisServer, port: number, options: RedisOptions): Promise<PrivateRedis> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'private-redis-'))
  const child = spawn(server.path, [...argumentsFor(port, dir), ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const removeDir = () => {
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true })
  }
  const crash = () => {
    child.kill('SIGKILL')
    removeDir()
  }
  const forget = atExit(crash)
  const gone = once(child, 'exit').finally(() => {
    forget()
    removeDir()
  })
  await untilReady(child, gone, `${server.name} on port ${port}`)

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    child.kill(signal)
    const overdue = setTimeout(() => child.kill('SIGKILL'), 1_000)
    await gone.finally(() => clearTimeout(overdue))
  }
  return {
    name: server.name,
    version: server.version,
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    process: child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

function argumentsFor(port: number, dir: string): string[] {
  const network = ['--port', String(port), '--bind', '127.0.0.1']
  const keepNothing = ['--save', '', '--appendonly', 'no', '--dir', dir]
  const bounded = ['--maxmemory', '256mb', '--maxmemory-policy', 'volatile-lru']
  return [...network, ...keepNothing, ...bounded]
}

/** Waits until the server's log reports readiness. Keeps reading afterwards: a full pipe would block the server. */
async function untilReady(child: ChildProcess, gone: Promise<unknown>, what: string): Promise<void> {
  let log = ''
  const ready = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      if (log.length < 16_000) log += chunk
      if (log.includes('Ready to accept connections')) resolve()
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
  })
  // `close` comes after `exit`, when all output has been read.
  const refused = once(child, 'close').then(() => {
    throw new Error(`${what} exited before it was ready: ${log.trim().split('\n').slice(-3).join(' | ')}`)
  })
  await Promise.race([ready, refused, gone.then(() => refused)])
  refused.catch(() => {})
}
