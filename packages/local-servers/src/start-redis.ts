import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './at-exit.ts'
import { findRedisServer, installRedisHint, type RedisServer } from './find-redis-server.ts'
import { freePort } from './free-port.ts'

export interface RedisOptions {
  /** Default: a free one. A drill that restarts a server gives the port of the first. */
  port?: number
  /** More of the server's own arguments, which win over the defaults: `['--maxmemory-policy', 'noeviction']`. */
  args?: string[]
  /** Where it works and keeps files, if `args` make it keep any; left as it is afterwards. Default: a temporary folder, deleted. */
  dir?: string
  /** Default: what `findRedisServer` finds. */
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
  /** Ends it (SIGTERM, after 1 s SIGKILL, so that a stopped one ends too) and waits until it is gone. */
  stop(): Promise<void>
  /** Ends it as a crash would (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>
}

/**
 * Starts a Redis of one's own on a loopback port and resolves when it accepts connections.
 *
 * It keeps nothing on disk, uses at most 256 MB (least recently used keys go first), and is killed when this process exits.
 * It would outlive a SIGKILL of this process: where that matters, use `startServices`.
 * Throws when no server is on PATH, and when the server refuses to start: the message holds its own last words.
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
  const bounded = ['--maxmemory', '256mb', '--maxmemory-policy', 'allkeys-lru']
  return [...network, ...keepNothing, ...bounded]
}

/** Reads the server's log until it says it is ready. It is read on afterwards too: a full pipe would stop the server. */
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
  // `close` comes after `exit`, once the last words have been read.
  const refused = once(child, 'close').then(() => {
    throw new Error(`${what} ended before it was ready: ${log.trim().split('\n').slice(-3).join(' | ')}`)
  })
  await Promise.race([ready, refused, gone.then(() => refused)])
  refused.catch(() => {})
}
