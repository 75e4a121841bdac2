import { memcachedOptions, watchMemcached } from 'cache-core/memcached'
import { Memcache } from 'memcache'
import type { Logger } from 'pino'
import type { ServerFigures } from '../telemetry/store-server.ts'
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

export async function memcachedFigures(client: Memcache): Promise<ServerFigures> {
  const stats = (await soon(client.nodes[0]!.command('stats', { isStats: true }))) as Record<string, string>
  const figure = (name: string) => Number(stats[name] ?? 0)
  return {
    evicted: figure('evictions'),
    usedBytes: figure('bytes'),
    commands: ['cmd_get', 'cmd_set', 'cmd_touch', 'cmd_meta'].reduce((sum, name) => sum + figure(name), 0),
  }
}

const SOON_MS = 250
const soon = <T>(answer: Promise<T>) => within(answer, SOON_MS, `memcached gave no answer within ${SOON_MS} ms`)
