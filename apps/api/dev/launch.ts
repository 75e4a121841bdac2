import { join } from 'node:path'
import { type Services, type ServicesOptions, startServices } from 'local-servers'
import { readEnv } from '../src/env.ts'
import { servedNames } from '../src/peer-strategies.ts'
import { preparePosts } from '../src/prepare-posts.ts'
import { checkPort } from './check-port.ts'
import { findRedis, postgresLine, redisLine } from './choose-servers.ts'
import { type RunningApi, runApi } from './run-api.ts'

export interface LaunchOptions {
  /** The API's folder. */
  api: string
  /** What to run, from there. */
  entry: string
  /** Where `.data/postgres` is kept. */
  root: string
}

/** Where the embedded Postgres keeps its data, from the repository's root. */
const dataFolder = '.data/postgres'

/** How long the servers may take to end, in ms; with what `runApi` gives the API, it all ends within 10 s. */
const SERVERS_MS = 3_000

/**
 * Starts what the environment does not name (a private Redis if one is installed, an embedded Postgres), loads the posts, runs the API
 * under `node --watch`, and stays until it is told to stop: SIGINT, SIGTERM or SIGHUP, then all of it is ended and the exit code is 0.
 * What goes wrong before is one line, and exit code 1. After a `kill -9` the services process ends everything within 2 s.
 */
export async function launch({ api, entry, root }: LaunchOptions): Promise<void> {
  let services: Services | undefined
  let running: RunningApi | undefined
  let stopping: Promise<never> | undefined

  async function endAll(code: number): Promise<never> {
    await running?.stop()
    await services?.stop(SERVERS_MS)
    process.exit(code)
  }
  // Signals are repeated: turbo makes two SIGINTs of one SIGTERM, and people press Ctrl-C again.
  const stop = (code: number) => {
    stopping ??= endAll(code)
    return stopping
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  const fail = (line: string) => {
    // What breaks because it is being ended is not news.
    if (stopping === undefined) console.error(line)
    return stop(1)
  }

  try {
    const { REDIS_URL, DATABASE_URL } = process.env
    const redis = findRedis(REDIS_URL)
    // Checked before anything is started, by the API's own rules: it would say the same, and `node --watch` then wait for a file to change.
    const env = readEnv({
      ...process.env,
      DATABASE_URL: DATABASE_URL || 'postgres://to-be-started',
      REDIS_URL: redis.from === 'installed' ? 'redis://to-be-started' : REDIS_URL,
    })
    await checkPort(env.PORT, env.HOST)
    const options: ServicesOptions = {
      ...(redis.from === 'installed' && { redis: { server: redis.server } }),
      ...(!DATABASE_URL && { postgres: { dataDir: join(root, dataFolder) } }),
    }
    services = await startServices(options)
    void services.ended.then(() => fail('the services process is gone, and with it the private servers: ending'))

    const databaseUrl = services.postgres?.url ?? DATABASE_URL!
    console.log(redisLine(redis, services.redis?.port))
    console.log(postgresLine(DATABASE_URL, dataFolder))
    console.log(await preparePosts(databaseUrl, env.SEED_POSTS, await servedNames(env)))

    running = runApi(api, entry, { DATABASE_URL: databaseUrl, REDIS_URL: services.redis?.url ?? REDIS_URL })
    services.alsoEnd(running.pid)
    void running.ended.then(() => fail('the API is gone: ending'))
  } catch (error) {
    await fail(error instanceof Error ? error.message : String(error))
  }
}
