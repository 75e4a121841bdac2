#!/usr/bin/env node
/**
 * `with-servers CMD ARGS…` runs a command with TEST_REDIS_URL and TEST_DATABASE_URL pointing at a private Redis and an empty Postgres
 * database: a throw-away one on DATABASE_URL's server if that is set, else an embedded Postgres. Its first line says which.
 * What is set already is used as it is; with both set (a call within a call) it only runs the command.
 */
import { findRedisServer, installRedisHint } from './find-redis-server.ts'
import { runCommand } from './run-command.ts'
import { hostOf } from './scratch-database.ts'
import type { ServicesOptions } from './services-messages.ts'
import { type Services, startServices } from './start-services.ts'

process.exitCode = await withServers(process.argv.slice(2))

async function withServers([command, ...args]: string[]): Promise<number> {
  if (command === undefined) return complain('usage: with-servers COMMAND [ARGUMENTS…]')
  const given = {
    redis: process.env.TEST_REDIS_URL || undefined,
    postgres: process.env.TEST_DATABASE_URL || undefined,
  }
  if (given.redis && given.postgres) return runCommand([command, ...args], process.env)

  if (!given.redis && !findRedisServer()) {
    return complain(`the tests need a real Redis, and no redis-server or valkey-server is on PATH: ${installRedisHint}`)
  }
  const options: ServicesOptions = {
    ...(!given.redis && { redis: true as const }),
    ...(!given.postgres && { postgres: process.env.DATABASE_URL ? { scratchOn: process.env.DATABASE_URL } : true }),
  }
  let services: Services
  try {
    services = await startServices(options)
  } catch (error) {
    return complain(`the tests' servers did not start: ${error instanceof Error ? error.message : error}`)
  }
  console.log(`tests use ${describeRedis(services, given.redis)} and ${describePostgres(services, given.postgres)}`)
  try {
    const TEST_REDIS_URL = services.redis?.url ?? given.redis
    const TEST_DATABASE_URL = services.postgres?.url ?? given.postgres
    return await runCommand([command, ...args], { ...process.env, TEST_REDIS_URL, TEST_DATABASE_URL }, (child) =>
      services.alsoEnd(child.pid!),
    )
  } finally {
    await services.stop()
  }
}

function complain(line: string): number {
  console.error(line)
  return 1
}

function describeRedis({ redis }: Services, given: string | undefined): string {
  if (redis === undefined) return `the Redis on ${hostOf(given!)} (TEST_REDIS_URL)`
  return `${redis.name} ${redis.version} (private, port ${redis.port})`
}

function describePostgres({ postgres }: Services, given: string | undefined): string {
  if (postgres === undefined) return `the Postgres on ${hostOf(given!)} (TEST_DATABASE_URL)`
  if (postgres.kind === 'scratch') return `a throw-away database on ${hostOf(postgres.url)}`
  return `an embedded Postgres (PGlite, private, port ${new URL(postgres.url).port})`
}
