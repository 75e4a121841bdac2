/** The startup lines for the operator. */
import type { Redis } from 'ioredis'
import type { Memcache } from 'memcache'
import type { Logger } from 'pino'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { StrategyInstances } from '../strategies/strategy-instances.ts'
import type { Env } from './env.ts'

/** Logs the address, the store, and for which readers guarantees hold. */
export function announce(
  address: string,
  env: Env,
  servers: Servers,
  instances: StrategyInstances,
  logger: Logger,
): void {
  logger.info(storeLine(servers, env, instances))
  for (const { name, strategy } of instances.all) {
    if (strategy.note !== undefined) logger.info(`${name}: ${strategy.note}`)
  }
  // Last, so that the address to open is at the end.
  logger.info(`API on ${address} (default strategy: ${env.CACHE_STRATEGY})`)
}

/** The store's server. Without any server, entries are in this process's memory. */
interface Servers {
  readonly redis?: Redis | undefined
  readonly memcached?: Memcache | undefined
}

const AWAY = 'not reachable yet: reads bypass the cache until it is'

export function storeLine(
  { redis, memcached }: Servers,
  { REDIS_PREFIX, CACHE_STORE }: Pick<Env, 'REDIS_PREFIX' | 'CACHE_STORE'>,
  { all }: Pick<StrategyInstances, 'all'>,
): string {
  if (redis !== undefined) {
    const { host, port } = redis.options
    const state = redis.status === 'ready' ? 'connected' : AWAY
    return `store: Redis at ${host}:${port}, keys ${REDIS_PREFIX}…, ${state}`
  }
  if (memcached !== undefined) {
    const state = memcached.isConnected() ? 'connected' : AWAY
    return `store: memcached at ${memcached.nodeIds.join(', ')}, keys ${REDIS_PREFIX}…, ${state}`
  }
  const isLocal = all.some(({ readsAreCurrent, guarantee }) => readsAreCurrent && guarantee.where === 'this process')
  return (
    `store: this process's memory, since ${CACHE_STORE === 'memory' ? 'CACHE_STORE is memory' : 'REDIS_URL is not set'}; ` +
    (isLocal ? 'guarantees hold in this process only, other processes may read older values; ' : '') +
    'to use Redis: apt-get install redis-server or brew install redis, then set REDIS_URL=redis://127.0.0.1:6379'
  )
}

/** The API does not load posts itself: this explains empty lists. */
export async function warnOfMissingPosts(instances: StrategyInstances, env: Env, logger: Logger): Promise<void> {
  const empty: StrategyInstance[] = []
  for (const instance of instances.all) {
    if ((await instance.posts.count(1)) === 0) empty.push(instance)
  }
  if (empty.length === 0) return
  const names = empty.map(({ name }) => name)
  // Without --schema, load-posts skips the peers.
  const only = names.some((name) => name.startsWith('peer:')) ? ` --schema ${names.join(',')}` : ''
  const schemas = empty.map(({ schema }) => schema).join(', ')
  logger.warn(`no posts in ${schemas}; load them: npx -y pnpm@12 load-posts --count ${env.SEED_POSTS}${only}`)
}
