import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisOptions, watchRedis } from 'cache-core/redis'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

const FIRST_CONNECTION_MS = 1_000

/**
 * Connects to Redis, and says when it goes and comes, or hangs. A Redis that is not there yet is no reason not to start:
 * reads bypass the cache until it is.
 */
export async function connectRedis(url: string, logger: Logger): Promise<Redis> {
  const client = new Redis(url, redisOptions)
  watchRedis(client, {
    onAway: (err) => logger.warn({ err }, 'redis: away; reads bypass the cache until it is back'),
    onBack: () => logger.warn('redis: back'),
  })
  // The first requests then find it connected. `once` rejects with the first `error`: then it is not there.
  await Promise.race([once(client, 'ready').catch(() => {}), sleep(FIRST_CONNECTION_MS)])
  if (client.status !== 'ready') logger.warn('redis: not there yet; reads bypass the cache until it is')
  return client
}
