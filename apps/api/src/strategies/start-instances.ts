import type { MemcacheClient } from 'cache-core/memcached'
import { createOutbox } from 'cache-core/postgres'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { applyWrites, highestStoredId, type PostsDatabase, postsRepository, schemaName } from 'posts-db'
import { defaultTuning, type StrategyName, strategyNames } from 'strategies'
import { mapOutages } from '../posts/database-away.ts'
import { HottestPosts } from '../posts/hottest/hottest-posts.ts'
import type { Env } from '../process/env.ts'
import { namedStrategy } from './named-strategy.ts'
import { needsOutbox } from './outboxes.ts'
import { StrategyInstance } from './strategy-instance.ts'
import { StrategyInstances } from './strategy-instances.ts'
import type { StrategyProvider } from './strategy-provider.ts'

export interface Scope {
  /** Default: `cache_aside` for `cache-aside`. */
  readonly schemaOf?: (strategy: string) => string
  /** The named strategies to start. Default all. */
  readonly names?: readonly StrategyName[]
  /** Whether this process delivers changes for the strategies that need an outbox. Default true. */
  readonly withOutboxes?: boolean
  /** Served after the named strategies. Default none. */
  readonly peers?: readonly StrategyProvider[]
  /** Used as the store if there is no Redis client. Default none. */
  readonly memcached?: MemcacheClient | undefined
}

/** Every strategy over its own, migrated copy of the posts and with its own key prefix. */
export function startInstances(
  env: Pick<Env, 'CACHE_STRATEGY' | 'CACHE_TTL_MS' | 'ORIGIN_DELAY_MS' | 'REDIS_PREFIX' | 'STALE_MS' | 'WORKERS'>,
  database: PostsDatabase,
  client: Redis | undefined,
  logger: Logger,
  { schemaOf = schemaName, names = strategyNames, withOutboxes = true, peers = [], memcached }: Scope = {},
): StrategyInstances {
  const tuning = {
    ...defaultTuning,
    ttlMs: env.CACHE_TTL_MS,
    staleMs: env.STALE_MS,
    originDelayMs: env.ORIGIN_DELAY_MS,
  }
  const prefixOf = (name: string) => `${env.REDIS_PREFIX}${name}:`
  const named = names.map((name) => namedStrategy(name, client, prefixOf(name), memcached))
  const all = [...named, ...peers].map((strategy) => {
    const { name } = strategy
    const schema = schemaOf(name)
    return new StrategyInstance({
      strategy,
      tuning,
      schema,
      posts: mapOutages(postsRepository(database, schema)),
      outbox:
        withOutboxes && needsOutbox(strategy)
          ? createOutbox({
              pool: database.pool,
              schema,
              onFailing: (err) => logger.warn({ err }, `outbox of ${name}: can't deliver; retrying`),
              onDelivering: () => logger.warn(`outbox of ${name}: delivers again`),
            })
          : undefined,
      queueTarget: {
        apply: (writes, options) => applyWrites(database, schema, writes, options),
        highestStoredId: () => highestStoredId(database, schema),
      },
      hottest:
        client && (strategy.storeKind === 'redis' || strategy.storeKind === 'tiered')
          ? new HottestPosts({ client, prefix: prefixOf(name) })
          : undefined,
      knowsAllWrites: env.WORKERS === 1,
      logger,
    })
  })
  return new StrategyInstances(all, env.CACHE_STRATEGY)
}
