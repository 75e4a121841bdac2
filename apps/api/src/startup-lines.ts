/** What an operator wants to know at the start. */
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Env } from './env.ts'
import type { Runtimes } from './runtimes.ts'
import type { StrategyRuntime } from './strategy-runtime.ts'

/** Says where it serves, where entries are kept, and for which readers guarantees hold. */
export function announce(
  address: string,
  env: Env,
  redis: Redis | undefined,
  runtimes: Runtimes,
  logger: Logger,
): void {
  logger.info(storeLine(redis, runtimes))
  // Last: the next thing to know is where to go.
  logger.info(`API on ${address} (strategy unless asked otherwise: ${env.CACHE_STRATEGY})`)
}

export function storeLine(redis: Redis | undefined, { all }: Pick<Runtimes, 'all'>): string {
  if (redis !== undefined) {
    const { host, port } = redis.options
    const state = redis.status === 'ready' ? 'connected' : 'not there yet: reads bypass the cache until it is'
    return `store: Redis at ${host}:${port}, ${state}`
  }
  const isLocal = all.some(({ readsAreCurrent, guarantee }) => readsAreCurrent && guarantee.where === 'this process')
  return (
    "store: this process's memory, since REDIS_URL is not set; " +
    (isLocal ? 'guarantees hold in this process only, others may read older values; ' : '') +
    'to use Redis: apt-get install redis-server, or brew install redis, then REDIS_URL=redis://127.0.0.1:6379'
  )
}

/** Starting doesn't load posts; whoever forgot it should not wonder about empty lists. */
export async function warnOfMissingPosts(runtimes: Runtimes, env: Env, logger: Logger): Promise<void> {
  const empty: StrategyRuntime[] = []
  for (const runtime of runtimes.all) {
    if ((await runtime.posts.count(1)) === 0) empty.push(runtime)
  }
  if (empty.length === 0) return
  const names = empty.map(({ name }) => name)
  // Without --schema all are loaded but the peers.
  const only = names.some((name) => name.startsWith('peer:')) ? ` --schema ${names.join(',')}` : ''
  const schemas = empty.map(({ schema }) => schema).join(', ')
  logger.warn(`no posts in ${schemas}; load some: npx -y pnpm@12 load-posts --count ${env.SEED_POSTS}${only}`)
}
