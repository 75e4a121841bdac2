import { createOutbox } from 'cache-core/postgres'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { type PostsDatabase, postsRepository, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { noticingOutages } from './database-away.ts'
import type { Env } from './env.ts'
import { namedStrategy } from './named-strategy.ts'
import { promisesChanges } from './outboxes.ts'
import { Runtimes } from './runtimes.ts'
import type { ServedStrategy } from './served-strategy.ts'
import { StrategyRuntime } from './strategy-runtime.ts'

const DEFAULT_LEASE_MS = 2_000

/** Of keys in Redis; the strategy's name follows. */
export const KEY_PREFIX = 'posts:'

export interface Scope {
  /** Default: `cache_aside` for `cache-aside`. */
  readonly schemaOf?: (strategy: string) => string
  /** Default `KEY_PREFIX`. */
  readonly prefix?: string
  /** Served after the named ones. Default none. */
  readonly peers?: readonly ServedStrategy[]
}

/** Every strategy on its own copy of the posts, migrated, and under its own key prefix. */
export function startRuntimes(
  env: Pick<Env, 'CACHE_STRATEGY' | 'CACHE_TTL_MS' | 'ORIGIN_DELAY_MS' | 'WORKERS'>,
  database: PostsDatabase,
  client: Redis | undefined,
  logger: Logger,
  { schemaOf = schemaName, prefix = KEY_PREFIX, peers = [] }: Scope = {},
): Runtimes {
  const tuning = { ttlMs: env.CACHE_TTL_MS, leaseMs: DEFAULT_LEASE_MS, originDelayMs: env.ORIGIN_DELAY_MS }
  const named = strategyNames.map((name) => namedStrategy(name, client, `${prefix}${name}:`))
  const all = [...named, ...peers].map((strategy) => {
    const { name } = strategy
    const schema = schemaOf(name)
    return new StrategyRuntime({
      strategy,
      tuning,
      schema,
      posts: noticingOutages(postsRepository(database, schema)),
      outbox: promisesChanges(strategy)
        ? createOutbox({
            pool: database.pool,
            schema,
            onFailing: (err) => logger.warn({ err }, `outbox of ${name}: can't deliver; it is tried again`),
            onDelivering: () => logger.warn(`outbox of ${name}: delivers again`),
          })
        : undefined,
      knowsAllWrites: env.WORKERS === 1,
    })
  })
  return new Runtimes(all, env.CACHE_STRATEGY)
}
