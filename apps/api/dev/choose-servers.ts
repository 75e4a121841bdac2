import { findRedisServer, hostOf, installRedisHint, type RedisServer } from 'local-servers'

/** Where the cache is kept: a Redis that runs, one to start, or none. */
export type RedisChoice = { from: 'env'; url: string } | { from: 'installed'; server: RedisServer } | { from: 'none' }

/** `REDIS_URL` if set, else a server installed on this machine. */
export function findRedis(url: string | undefined): RedisChoice {
  if (url) return { from: 'env', url }
  const server = findRedisServer()
  return server ? { from: 'installed', server } : { from: 'none' }
}

/** What is used, for the start-up lines; `port` of a private one. No password is shown. */
export function redisLine(choice: RedisChoice, port: number | undefined): string {
  if (choice.from === 'env') return `redis: ${hostOf(choice.url)}, from REDIS_URL`
  if (choice.from === 'none')
    return `redis: none found → memory store in the process. Install Redis: ${installRedisHint}`
  return `redis: ${choice.server.name} ${choice.server.version}, private, port ${port}, nothing kept`
}

/** As {@link redisLine}; `dataFolder` of the embedded one. */
export function postgresLine(url: string | undefined, dataFolder: string): string {
  return url ? `postgres: ${hostOf(url)}, from DATABASE_URL` : `postgres: embedded PGlite, data in ${dataFolder}`
}
