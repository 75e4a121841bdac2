import { findRedisServer, hostOf, installRedisHint, type RedisServer } from 'local-servers'

/** The Redis to use: one that runs, one to start, or none. */
export type RedisChoice = { from: 'env'; url: string } | { from: 'installed'; server: RedisServer } | { from: 'none' }

/** `REDIS_URL` if set, otherwise a server installed on this machine. */
export function findRedis(url: string | undefined): RedisChoice {
  if (url) return { from: 'env', url }
  const server = findRedisServer()
  return server ? { from: 'installed', server } : { from: 'none' }
}

/** The startup line about Redis, without a password. `port` is the private server's. */
export function redisLine(choice: RedisChoice, port: number | undefined): string {
  if (choice.from === 'env') return `redis: ${hostOf(choice.url)}, from REDIS_URL`
  if (choice.from === 'none')
    return `redis: none found → memory store in the process. Install Redis: ${installRedisHint}`
  return `redis: ${choice.server.name} ${choice.server.version}, private, port ${port}, nothing kept`
}

/** The startup line about Postgres. `dataFolder` is the embedded server's. */
export function postgresLine(url: string | undefined, dataFolder: string): string {
  return url ? `postgres: ${hostOf(url)}, from DATABASE_URL` : `postgres: embedded PGlite, data in ${dataFolder}`
}
