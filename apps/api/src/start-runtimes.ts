import type { RedisClient } from 'cache-core/redis'
import { type PostsDatabase, postsRepository, schemaName } from 'posts-db'
import { strategies, strategyNames } from 'strategies'
import type { Env } from './env.ts'
import { Runtimes } from './runtimes.ts'
import { StrategyRuntime } from './strategy-runtime.ts'

const DEFAULT_LEASE_MS = 2_000

/** Every named strategy on its own copy of the posts and under its own key prefix. */
export function startRuntimes(env: Env, database: PostsDatabase, client: RedisClient | undefined): Runtimes {
  const tuning = { ttlMs: env.CACHE_TTL_MS, leaseMs: DEFAULT_LEASE_MS, originDelayMs: env.ORIGIN_DELAY_MS }
  const all = strategyNames.map((name) => {
    const schema = schemaName(name)
    return new StrategyRuntime({
      name,
      tuning,
      schema,
      posts: postsRepository(database, schema),
      storeKind: client ? 'redis' : 'memory',
      store: (counters) =>
        strategies[name].store({
          client,
          prefix: `posts:${name}:`,
          onFailure: () => counters.counts.errors++,
          onEvict: () => counters.counts.evictions++,
        }),
      knowsAllWrites: env.WORKERS === 1,
    })
  })
  return new Runtimes(all, env.CACHE_STRATEGY)
}
