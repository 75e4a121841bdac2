/** The whole API without a port, over the servers of `with-servers`, isolated from other test files. */
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { memcachedOptions } from 'cache-core/memcached'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { createScratchDatabase, startMemcached } from 'local-servers'
import { Memcache } from 'memcache'
import { type Logger, pino } from 'pino'
import { createDatabase, loadPosts, migrate, type PostsDatabase, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { inject } from 'vitest'
import { createApp, startLive } from '../../src/create-app.ts'
import type { Api } from '../../src/http/api-types.ts'
import { killLeaseHolder } from '../../src/live/kill-lease-holder.ts'
import type { LiveEvents } from '../../src/live/live-events.ts'
import { MemoryHits } from '../../src/posts/memory-hits.ts'
import { type Env, isNamed } from '../../src/process/env.ts'
import { pingMemcached } from '../../src/process/memcached-connection.ts'
import { alone } from '../../src/process/processes.ts'
import { closeFlushers, queueLag, startFlushers } from '../../src/strategies/flushers.ts'
import { closeOutboxes, enableChangeRecording, outboxLag, startOutboxes } from '../../src/strategies/outboxes.ts'
import { peerStrategies, servedNames } from '../../src/strategies/peer-strategies.ts'
import { startInstances } from '../../src/strategies/start-instances.ts'
import type { StrategyInstances } from '../../src/strategies/strategy-instances.ts'
import { accessLog } from '../../src/telemetry/access-log.ts'
import { FigureCollector } from '../../src/telemetry/figures.ts'
import { redisFigures, StoreServer } from '../../src/telemetry/store-server.ts'
import { readWorkerState } from '../../src/worker/worker-state.ts'

export interface TestApiOptions {
  /** Default `redis`: the server of TEST_REDIS_URL. `memcached`: starts a private server. */
  readonly store?: 'redis' | 'memcached' | 'memory' | { readonly redisUrl: string }
  /** Default: one of its own, or schemas of its own in that of TEST_DATABASE_URL if that is embedded. */
  readonly databaseUrl?: string
  /** Number of posts in each strategy's copy. Default 20. */
  readonly posts?: number
  readonly adminToken?: string
  /** Default: a silent one. */
  readonly logger?: Logger
  /** Another one, whose Redis, keys and posts this one shares, as another process does. Default none. */
  readonly beside?: TestApi
  /** Whether queued writes are stored without being asked to. Default true. */
  readonly flushes?: boolean
  /** Whether to serve other libraries too. Default false. */
  readonly peers?: boolean
  /** The built pages. Default none. */
  readonly pagesFolder?: string
  readonly env?: Partial<Pick<Env, 'CACHE_STRATEGY' | 'CACHE_TTL_MS' | 'ORIGIN_DELAY_MS' | 'WORKERS'>>
}

export interface TestApi {
  /** A request from this machine, or from `peer`. */
  request(path: string, init?: RequestInit & { peer?: string }): Promise<Response>
  /** A call with a JSON body. */
  send(method: string, path: string, body?: unknown): Promise<Response>
  /** For an HTTP server. */
  readonly fetch: Api['fetch']
  readonly memoryHits: MemoryHits
  readonly instances: StrategyInstances
  readonly events: LiveEvents
  readonly database: PostsDatabase
  readonly redis: Redis | undefined
  readonly databaseUrl: string
  /** The prefix of its keys in Redis, before the strategy's name. */
  readonly prefix: string
  /** Resolves once the writes that a strategy has acknowledged are in the database. */
  drained(strategy: string): Promise<void>
  close(): Promise<void>
}

export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const {
    store = 'redis',
    posts = 20,
    adminToken,
    logger = pino({ level: 'silent' }),
    beside,
    flushes = true,
  } = options
  const isNew = beside === undefined
  const template = isNew && options.databaseUrl === undefined ? inject('template') : undefined
  const scratch = template && (await createScratchDatabase(process.env.TEST_DATABASE_URL!, template))
  const databaseUrl = beside?.databaseUrl ?? options.databaseUrl ?? scratch?.url ?? process.env.TEST_DATABASE_URL!
  const database = createDatabase({ url: databaseUrl })
  const memcachedServer = store === 'memcached' ? await startMemcached() : undefined
  const memcached =
    memcachedServer && new Memcache({ nodes: [`127.0.0.1:${memcachedServer.port}`], ...memcachedOptions })
  const redisUrl = store === 'memory' || store === 'memcached' ? undefined : redisUrlOf(store)
  const redis = redisUrl === undefined ? undefined : new Redis(redisUrl, redisOptions)
  redis?.on('error', () => {})
  const scope = beside?.prefix.slice(0, -1) ?? `t${randomBytes(4).toString('hex')}`
  const prefix = `${scope}:`
  const env = {
    CACHE_STRATEGY: 'cache-aside',
    CACHE_TTL_MS: 60_000,
    ORIGIN_DELAY_MS: 0,
    REDIS_PREFIX: prefix,
    STALE_MS: 300_000,
    WORKERS: 1,
    ...options.env,
  } as const
  const isScoped = databaseUrl === process.env.TEST_DATABASE_URL || options.databaseUrl !== undefined
  const schemaOf = !isScoped ? schemaName : (strategy: string) => schemaName(`${scope}-${strategy.replace(':', '-')}`)
  const PEERS = options.peers ? 1 : 0
  const schemas = (await servedNames({ PEERS })).map(schemaOf)
  if (isNew && isScoped) await migrate(database, schemas)
  if (isNew && posts > 0) await loadPosts(database, schemas, { count: posts })
  // After the load: otherwise the outbox would deliver its posts sometime later, and invalidate what a test has cached.
  if (isNew) await enableChangeRecording(database, schemaOf)
  if (redis && redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve))
  const peers = PEERS === 1 ? await peerStrategies(redisUrlOf('redis'), prefix) : []
  const instances = startInstances(env, database, redis, logger, { schemaOf, peers, memcached })
  await startOutboxes(instances)
  // That waits at most 1 s. Until a store has caught up, reads bypass it.
  await Promise.all(instances.withOutbox.map(({ outbox }) => outbox.caughtUp()))
  if (flushes) startFlushers(instances)
  // The stores connect to memcached themselves.
  while (memcached !== undefined && instances.all.some(({ trouble }) => trouble !== undefined)) await setImmediate()
  const storeServer = redis && new StoreServer('redis', () => redisFigures(redis))
  const collector = new FigureCollector(instances, storeServer, alone, logger)
  const live = startLive(instances, storeServer, collector, alone)
  const memoryHits = new MemoryHits(accessLog(logger))
  const app = createApp({
    instances,
    logger,
    memoryHits,
    adminToken,
    collector,
    live,
    parts: {
      database: () => database.ping(),
      redis: redis && (() => redis.ping()),
      memcached: memcached && (() => pingMemcached(memcached)),
      outbox: () => outboxLag(instances),
      queue: instances.withQueue.length > 0 ? () => queueLag(instances) : undefined,
    },
    pagesFolder: options.pagesFolder,
    killLeaseHolder:
      redisUrl === undefined
        ? undefined
        : (leased, key) => killLeaseHolder({ redisUrl, prefix, strategies: leased.filter(isNamed), key }),
    storeServer,
    pool: database.pool,
    worker: redis && (() => readWorkerState(redis, prefix, strategyNames)),
  })

  const request: TestApi['request'] = async (path, { peer = '127.0.0.1', ...init } = {}) =>
    app.request(path, init, { incoming: { socket: { remoteAddress: peer }, headers: {} } as never })
  return {
    request,
    send: (method, path, body) =>
      request(path, { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    fetch: app.fetch,
    memoryHits,
    instances,
    events: live.events,
    database,
    redis,
    databaseUrl,
    prefix,
    drained: async (strategy) => instances.named(strategy).queue?.log.drained(5_000),
    async close() {
      await closeFlushers(instances)
      await closeOutboxes(instances)
      await instances.close()
      redis?.disconnect()
      await memcached?.disconnect()
      await memcachedServer?.stop()
      if (isNew && isScoped)
        for (const schema of schemas) await database.kysely.schema.dropSchema(schema).cascade().execute()
      await database.close()
      await scratch?.drop()
    },
  }
}

function redisUrlOf(store: 'redis' | { readonly redisUrl: string }): string {
  return store === 'redis' ? process.env.TEST_REDIS_URL! : store.redisUrl
}
