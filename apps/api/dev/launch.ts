import { join } from 'node:path'
import { installRedisHint, postgresFolder, type Services, type ServicesOptions, startServices } from 'local-servers'
import { type Env, EnvError, readEnv } from '../src/process/env.ts'
import { preparePosts } from '../src/process/prepare-posts.ts'
import { servedNames } from '../src/strategies/peer-strategies.ts'
import { addressesOf } from './addresses.ts'
import { buildPages } from './build-pages.ts'
import { checkPort } from './check-port.ts'
import { findRedis, postgresLine, type RedisChoice, redisLine } from './choose-servers.ts'
import { readableLines } from './readable-lines.ts'
import { type RunningApi, runApi } from './run-api.ts'
import { untilItAnswers } from './until-it-answers.ts'

export interface LaunchOptions {
  /** The API's folder. */
  api: string
  /** The file to run, relative to `api`. */
  entry: string
  /** The folder that contains `.data/postgres`. */
  root: string
  /** API processes over the same servers, each on its own port. Default: one, on `PORT`. */
  processes?: number | undefined
}

/** Timeout for stopping the servers. Together with the 6 s that `runApi` gives the API, everything ends within 10 s. */
const SERVERS_MS = 3_000

/**
 * Starts the servers that the environment does not name (a private Redis if one is installed, an embedded Postgres), loads the
 * posts and runs the API under `node --watch`. On SIGINT, SIGTERM or SIGHUP it stops everything and exits with 0. A failure
 * prints one line and exits with 1. After a `kill -9`, the services process stops everything within 2 s.
 *
 * On a terminal, the API's log is formatted for reading; elsewhere it stays JSON lines.
 */
export async function launch({ api, entry, root, processes }: LaunchOptions): Promise<void> {
  let services: Services | undefined
  const running: RunningApi[] = []
  const waiting = new AbortController()
  let stopping: Promise<never> | undefined

  async function endAll(code: number): Promise<never> {
    waiting.abort()
    await Promise.all(running.map((one) => one.stop()))
    await services?.stop(SERVERS_MS)
    process.exit(code)
  }
  // Signals repeat: people press Ctrl-C again, and pnpm forwards a signal that the process group already received.
  const stop = (code: number) => {
    stopping ??= endAll(code)
    return stopping
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
  const fail = (line: string) => {
    // Failures during shutdown are expected.
    if (stopping === undefined) console.error(line)
    return stop(1)
  }

  try {
    const { REDIS_URL, DATABASE_URL } = process.env
    const redis = findRedis(REDIS_URL)
    // Checked before anything starts: the API would report the same error, but then `node --watch` waits for a file change.
    const env = readEnv({
      ...process.env,
      DATABASE_URL: DATABASE_URL || 'postgres://to-be-started',
      REDIS_URL: redis.from === 'installed' ? 'redis://to-be-started' : REDIS_URL,
    })
    if (processes !== undefined) checkSharing(processes, env, redis)
    const addresses = await addressesOf(env, processes)
    for (const { port } of addresses) await checkPort(port, env.HOST)
    const options: ServicesOptions = {
      ...(redis.from === 'installed' && { redis: { server: redis.server } }),
      ...(!DATABASE_URL && { postgres: { dataDir: join(root, postgresFolder) } }),
    }
    const pages = buildPages(root, waiting.signal)
    services = await startServices(options)
    void services.ended.then(() => fail('the services process ended, and the private servers with it; stopping'))

    const databaseUrl = services.postgres?.url ?? DATABASE_URL!
    console.log(redisLine(redis, services.redis?.port))
    console.log(postgresLine(DATABASE_URL, postgresFolder))
    console.log(await preparePosts(databaseUrl, env.SEED_POSTS, await servedNames(env)))

    const notBuilt = await pages
    if (notBuilt !== undefined) console.log(notBuilt)

    const shared = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: services.redis?.url ?? REDIS_URL,
      REDIS_IS_PRIVATE: services.redis === undefined ? '0' : '1',
    }
    for (const { port } of addresses) {
      const onLine = printerOf(processes === undefined ? undefined : String(port))
      const one = runApi({ folder: api, entry, env: { ...shared, PORT: String(port) }, onLine })
      running.push(one)
      services.alsoEnd(one.pid)
      void one.ended.then(() => fail('the API ended; stopping'))
    }
    const urls = addresses.map(({ url }) => url)
    await Promise.all(urls.map((url) => untilItAnswers(url, waiting.signal)))
    // On its own line at any LOG_LEVEL: the address to open, or to pass to k6.
    console.log(processes === undefined ? urls[0] : `BASE_URL=${urls.join(',')}`)
  } catch (error) {
    await fail(error instanceof Error ? error.message : String(error))
  }
}

/** @throws EnvError when several processes could not act as one service */
function checkSharing(processes: number, { WORKERS }: Env, redis: RedisChoice): void {
  if (WORKERS > 1) {
    throw new EnvError(`WORKERS is "${WORKERS}"; allowed with --processes: 1, since workers share one address`)
  }
  if (processes > 1 && redis.from === 'none') {
    throw new EnvError(
      `--processes is "${processes}"; allowed without Redis: 1, since processes do not share memory; install Redis: ${installRedisHint}`,
    )
  }
}

/** Formats the API's log lines on a terminal. Undefined elsewhere: the lines pass through unchanged. */
function printerOf(label: string | undefined): ((line: string) => void) | undefined {
  if (!process.stdout.isTTY) return undefined
  const readable = readableLines({ color: !process.env.NO_COLOR, ...(label !== undefined && { label }) })
  return (line) => console.log(readable(line))
}
