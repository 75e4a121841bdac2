import { memcachedOptions, watchMemcached } from 'cache-core/memcached'
import { Memcache } from 'memcache'
import type { Logger } from 'pino'
import { within } from './within.ts'

const FIRST_CONNECTION_MS = 1_000
const LOOK_EVERY_MS = 10
const DEFAULT_PORT = 11_211

/**
 * Connects to memcached, and logs when it becomes unreachable, hangs or returns. The API starts without it: until it
 * answers, reads bypass the cache.
 */
export async function connectMemcached(url: string, logger: Logger): Promise<Memcache> {
  const { hostname, port } = new URL(url)
  const client = new Memcache({ nodes: [`${hostname}:${port || DEFAULT_PORT}`], ...memcachedOptions })
  watchMemcached(client, {
    onWarning: ({ code, message }) => logger.warn({ code }, `memcached: ${message}`),
    onAway: (err) => logger.warn({ err }, 'memcached: unavailable; reads bypass the cache until it is back'),
    onBack: () => logger.warn('memcached: back'),
  })
  // Waits briefly, so that the first requests find it connected.
  for (let waited = 0; !client.isConnected() && waited < FIRST_CONNECTION_MS; waited += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return client
}

/** Rejects unless memcached answers within 250 ms. */
export async function pingMemcached(client: Memcache): Promise<void> {
  await soon(client.nodes[0]!.command('version'))
}

/** How many items the server has evicted since it started. */
export async function evictedByMemcached(client: Memcache): Promise<number> {
  const stats = (await soon(client.nodes[0]!.command('stats', { isStats: true }))) as Record<string, string>
  return Number(stats.evictions ?? 0)
}

const SOON_MS = 250
const soon = <T>(answer: Promise<T>) => within(answer, SOON_MS, `memcached gave no answer within ${SOON_MS} ms`)
