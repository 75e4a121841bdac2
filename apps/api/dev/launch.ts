import { join } from 'node:path'
import { installRedisHint, postgresFolder, type Services, type ServicesOptions, startServices } from 'local-servers'
import { type Env, EnvError, readEnv } from '../src/env.ts'
import { servedNames } from '../src/peer-strategies.ts'
import { preparePosts } from '../src/prepare-posts.ts'
import { addressesOf } from './addresses.ts'
import { checkPort } from './check-port.ts'
import { findRedis, postgresLine, type RedisChoice, redisLine } from './choose-servers.ts'
import { readableLines } from './readable-lines.ts'
import { type RunningApi, runApi } from './run-api.ts'
import { untilItAnswers } from './until-it-answers.ts'

export interface LaunchOptions {
  /** The API's folder. */
  api: string
  /** What to run, from there. */
  entry: string
  /** Where `.data/postgres` is kept. */
  root: string
  /** API processes, each on a port of its own, over the same servers. Default: one, on `PORT`. */
  processes?: number | undefined
}

/** How long the servers may take to end, in ms; with what `runApi` gives the API, it all ends within 10 s. */
const SERVERS_MS = 3_000

/**
 * Starts what the environment does not name (a private Redis if one is installed, an embedded Postgres), loads the posts, runs the API
 * under `node --watch`, and stays until it is told to stop: SIGINT, SIGTERM or SIGHUP, then all of it is ended and the exit code is 0.
 * What goes wrong before is one line, and exit code 1. After a `kill -9` the services process ends everything within 2 s.
 *
 * On a terminal the API's log is made readable; elsewhere it is the JSON lines it writes.
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
  // Signals are repeated: people press Ctrl-C again, and a signal to the process group comes from pnpm once more.
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
    if (processes !== undefined) checkSharing(processes, env, redis)
    const addresses = await addressesOf(env, processes)
    for (const { port } of addresses) await checkPort(port, env.HOST)
    const options: ServicesOptions = {
      ...(redis.from === 'installed' && { redis: { server: redis.server } }),
      ...(!DATABASE_URL && { postgres: { dataDir: join(root, postgresFolder) } }),
    }
    services = await startServices(options)
    void services.ended.then(() => fail('the services process is gone, and with it the private servers: ending'))

    const databaseUrl = services.postgres?.url ?? DATABASE_URL!
    console.log(redisLine(redis, services.redis?.port))
    console.log(postgresLine(DATABASE_URL, postgresFolder))
    console.log(await preparePosts(databaseUrl, env.SEED_POSTS, await servedNames(env)))

    const shared = { DATABASE_URL: databaseUrl, REDIS_URL: services.redis?.url ?? REDIS_URL }
    for (const { port } of addresses) {
      const onLine = printerOf(processes === undefined ? undefined : String(port))
      const one = runApi({ folder: api, entry, env: { ...shared, PORT: String(port) }, onLine })
      running.push(one)
      services.alsoEnd(one.pid)
      void one.ended.then(() => fail('the API is gone: ending'))
    }
    const urls = addresses.map(({ url }) => url)
    await Promise.all(urls.map((url) => untilItAnswers(url, waiting.signal)))
    // On a line of its own, whatever LOG_LEVEL is: what to open, or to give to k6.
    console.log(processes === undefined ? urls[0] : `BASE_URL=${urls.join(',')}`)
  } catch (error) {
    await fail(error instanceof Error ? error.message : String(error))
  }
}

/** @throws EnvError where several processes would not be one service */
function checkSharing(processes: number, { WORKERS }: Env, redis: RedisChoice): void {
  if (WORKERS > 1) {
    throw new EnvError(
      `WORKERS is "${WORKERS}"; allowed with --processes: 1, since clients could not tell workers apart`,
    )
  }
  if (processes > 1 && redis.from === 'none') {
    throw new EnvError(
      `--processes is "${processes}"; allowed without Redis: 1, since memory is not shared by processes; install Redis: ${installRedisHint}`,
    )
  }
}

/** What becomes of the lines an API prints: readable on a terminal. Undefined: they are printed as they are. */
function printerOf(label: string | undefined): ((line: string) => void) | undefined {
  if (!process.stdout.isTTY) return undefined
  const readable = readableLines({ color: !process.env.NO_COLOR, ...(label !== undefined && { label }) })
  return (line) => console.log(readable(line))
}
