/** The system under attack: several API processes, started as in production, a private Redis and a throw-away database. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startApi, startServices } from 'local-servers'

const root = join(import.meta.dirname, '../../..')

export interface SystemOptions {
  /** The added delay of loads in each API process; one process for each delay. */
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

/** Starts the system with posts loaded. It ends with this process, even if that is killed. @throws with the output of the part that failed */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { databaseServer } = options
  const services = await startServices({
    redis: true,
    postgres: databaseServer === undefined ? true : { scratchOn: databaseServer },
  })
  const redisUrl = services.redis!.url
  const databaseUrl = services.postgres!.url
  try {
    const load = join(root, 'apps/api/cli/load-posts.ts')
    await promisify(execFile)(
      process.execPath,
      ['--conditions=workspace-source', load, '--count', String(options.posts)],
      {
        env: { ...process.env, DATABASE_URL: databaseUrl },
      },
    )
    const urls: string[] = []
    // One after another, since each migrates first.
    for (const delayMs of options.originDelaysMs) {
      const api = await startApi({
        REDIS_URL: redisUrl,
        DATABASE_URL: databaseUrl,
        CACHE_TTL_MS: String(options.ttlMs),
        ORIGIN_DELAY_MS: String(delayMs),
      })
      services.alsoEnd(api.pid)
      urls.push(api.url)
    }
    return { urls, redisUrl, databaseUrl, stop: () => services.stop() }
  } catch (error) {
    await services.stop()
    throw error
  }
}
