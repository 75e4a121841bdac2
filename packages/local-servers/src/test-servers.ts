import { findPostgresServer } from './find-postgres-server.ts'
import { findRedisServer, installRedisHint } from './find-redis-server.ts'
import { hostOf } from './scratch-database.ts'
import type { ServicesOptions } from './services-messages.ts'
import { type Services, startServices } from './start-services.ts'

export interface TestServers {
  /** TEST_REDIS_URL and TEST_DATABASE_URL. */
  env: NodeJS.ProcessEnv
  /** Describes the servers in use; undefined if nothing was started. */
  line?: string
  /** As `Services.alsoEnd`. */
  alsoEnd(pid: number): void
  stop(): Promise<void>
}

/**
 * A private Redis and an empty Postgres database: a throw-away one on DATABASE_URL's server if that is set, otherwise a private
 * Postgres if one is installed, otherwise an embedded one, as also with TEST_POSTGRES=embedded. TEST_REDIS_URL and TEST_DATABASE_URL name servers to use instead; with both set nothing is started.
 * Throws a one-line message if a server is missing.
 */
export async function startTestServers(): Promise<TestServers> {
  const given = {
    redis: process.env.TEST_REDIS_URL || undefined,
    postgres: process.env.TEST_DATABASE_URL || undefined,
  }
  if (given.redis && given.postgres) return { env: {}, alsoEnd() {}, async stop() {} }

  if (!given.redis && !findRedisServer()) {
    throw new Error(`the tests need a real Redis, and no redis-server or valkey-server is on PATH: ${installRedisHint}`)
  }
  const options: ServicesOptions = {
    ...(!given.redis && { redis: true as const }),
    ...(!given.postgres && { postgres: choosePostgres() }),
  }
  const services = await startServices(options).catch((cause) => {
    throw new Error(`the tests' servers did not start: ${cause instanceof Error ? cause.message : cause}`, { cause })
  })
  return {
    env: {
      TEST_REDIS_URL: services.redis?.url ?? given.redis,
      TEST_DATABASE_URL: services.postgres?.url ?? given.postgres,
    },
    line: `tests use ${describeRedis(services, given.redis)} and ${describePostgres(services, given.postgres)}`,
    alsoEnd: services.alsoEnd,
    stop: () => services.stop(),
  }
}

/** Prints which servers {@link startTestServers} provides, and runs `use` with them in this process's environment. */
export async function withTestServers<T>(use: () => Promise<T>): Promise<T> {
  const { env, line, stop } = await startTestServers()
  if (line !== undefined) console.log(line)
  Object.assign(process.env, env)
  try {
    return await use()
  } finally {
    await stop()
  }
}

/** An installed one is several times as fast as an embedded one, and has several sessions. */
function choosePostgres(): NonNullable<ServicesOptions['postgres']> {
  if (process.env.DATABASE_URL) return { scratchOn: process.env.DATABASE_URL }
  if (process.env.TEST_POSTGRES === 'embedded' || findPostgresServer() === undefined) return true
  return { server: {} }
}

function describeRedis({ redis }: Services, given: string | undefined): string {
  if (redis === undefined) return `the Redis on ${hostOf(given!)} (TEST_REDIS_URL)`
  return `${redis.name} ${redis.version} (private, port ${redis.port})`
}

function describePostgres({ postgres }: Services, given: string | undefined): string {
  if (postgres === undefined) return `the Postgres on ${hostOf(given!)} (TEST_DATABASE_URL)`
  if (postgres.kind === 'scratch') return `a throw-away database on ${hostOf(postgres.url)}`
  const kind = postgres.kind === 'server' ? 'an installed Postgres (' : 'an embedded Postgres (PGlite, '
  return `${kind}private, port ${new URL(postgres.url).port})`
}
