import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisOptions, watchRedis } from 'cache-core/redis'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { within } from './within.ts'

const FIRST_CONNECTION_MS = 1_000
const SOON_MS = 250

/**
 * Connects to Redis, and logs when it becomes unreachable, hangs or returns. The API starts without Redis: until Redis
 * answers, reads bypass the cache.
 */
export async function connectRedis(url: string, logger: Logger): Promise<Redis> {
  const client = new Redis(url, redisOptions)
  watchRedis(client, {
    ownsConnection: true,
    onWarning: ({ code, message }) => logger.warn({ code }, `redis: ${message}`),
    onAway: (err) => logger.warn({ err }, 'redis: unavailable; reads bypass the cache until it is back'),
    onBack: () => logger.warn('redis: back'),
  })
  // Waits briefly, so that the client is connected at the first request. `once` rejects with the first `error`.
  const failure = await Promise.race([
    once(client, 'ready').then(() => undefined, messageOf),
    sleep(FIRST_CONNECTION_MS),
  ])
  if (client.status !== 'ready') {
    const why = failure === undefined ? '' : ` (${failure})`
    logger.warn(`redis: not reachable yet${why}; reads bypass the cache until it is`)
  }
  return client
}

/** Rejects unless Redis answers within 250 ms: the client itself would wait while its connection lasts. */
export function soon<T>(answer: Promise<T>): Promise<T> {
  return within(answer, SOON_MS, `Redis gave no answer within ${SOON_MS} ms`)
}

/** Redis answers no client until this has passed. */
export async function pauseRedis(client: Redis, ms: number): Promise<void> {
  // `client.client`, not `client.call`, which would share a pipeline with reads that are answered after the pause.
  await soon(client.client('PAUSE', ms, 'ALL'))
}

function messageOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name
}
