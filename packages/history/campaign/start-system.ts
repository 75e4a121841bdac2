/** What is looked at: several API processes, as operators start them, over one private Redis and one throw-away database. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startServices } from 'local-servers'

const root = join(import.meta.dirname, '../../..')

export interface SystemOptions {
  /** How long a load takes in each API process, after its rows have been read: as many processes as there are delays. */
  readonly originDelaysMs: readonly number[]
  readonly ttlMs: number
  readonly posts: number
  /** A Postgres server for a throw-away database. Without it an embedded one is started. */
  readonly databaseServer?: string | undefined
}

export interface System {
  readonly urls: readonly string[]
  readonly redisUrl: string
  readonly databaseUrl: string
  stop(): Promise<void>
}

/** Starts all of it, posts loaded. It ends with this process, however that ends. @throws what did not start, with its output */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { databaseServer } = options
  const services = await startServices({
    redis: true,
    postgres: databaseServer === undefined ? true : { scratchOn: databaseServer },
  })
  const redisUrl = services.redis!.url
  const databaseUrl = services.postgres!.url
  try {
    const load = join(root, 'packages/posts-db/src/cli/load-posts.ts')
    await promisify(execFile)(process.execPath, [load, '--count', String(options.posts)], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
    })
    const urls: string[] = []
    // One after another: each migrates first.
    for (const delayMs of options.originDelaysMs) {
      const api = startApi({
        REDIS_URL: redisUrl,
        DATABASE_URL: databaseUrl,
        CACHE_TTL_MS: String(options.ttlMs),
        ORIGIN_DELAY_MS: String(delayMs),
      })
      services.alsoEnd(api.child.pid!)
      urls.push(await api.url)
    }
    return { urls, redisUrl, databaseUrl, stop: () => services.stop() }
  } catch (error) {
    await services.stop()
    throw error
  }
}

function startApi(env: Record<string, string>): { child: ChildProcess; url: Promise<string> } {
  const child = spawn(process.execPath, ['--conditions=workspace-source', join(root, 'apps/api/src/main.ts')], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const serving = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      if (output.length < 16_000) output += chunk
      const url = /API on (http:\/\/[^\s"]+)/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the API ended with ${code ?? signal}: ${output}`)
  })
  ended.catch(() => {})
  return { child, url: Promise.race([serving, ended]) }
}
