import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

const FIRST_CONNECTION_MS = 1_000

/**
 * Connects to Redis, and says when it goes and comes. A Redis that is not there yet is no reason not to start: reads
 * bypass the cache until it is.
 */
export async function connectRedis(url: string, logger: Logger): Promise<Redis> {
  const client = new Redis(url, redisOptions)
  let isUp: boolean | undefined
  client.on('ready', () => {
    if (isUp === false) logger.info('redis: back')
    isUp = true
  })
  client.on('close', () => {
    if (isUp) logger.warn('redis: gone; reads bypass the cache until it is back')
    isUp = false
  })
  client.on('error', () => {}) // told by `close`; each command reports its own failure
  // The first requests then find it connected. `once` rejects with the first `error`: then it is not there.
  await Promise.race([once(client, 'ready').catch(() => {}), sleep(FIRST_CONNECTION_MS)])
  return client
}
