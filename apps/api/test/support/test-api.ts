/** The whole API without a port, over the real servers that `with-servers` gave, apart from every other test file. */
import { randomBytes } from 'node:crypto'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { type Logger, pino } from 'pino'
import { createDatabase, loadPosts, migrate, type PostsDatabase, schemaName } from 'posts-db'
import { createApp } from '../../src/create-app.ts'
import type { Env } from '../../src/env.ts'
import { closeOutboxes, outboxLag, recordPromised, startOutboxes } from '../../src/outboxes.ts'
import { peerStrategies, servedNames } from '../../src/peer-strategies.ts'
import { Evictions } from '../../src/redis-evictions.ts'
import type { Runtimes } from '../../src/runtimes.ts'
import { startRuntimes } from '../../src/start-runtimes.ts'

export interface TestApiOptions {
  /** Default `redis`: the one of TEST_REDIS_URL, or this one. */
  readonly store?: 'redis' | 'memory' | { readonly redisUrl: string }
  /** Default the one of TEST_DATABASE_URL. */
  readonly databaseUrl?: string
  /** In each strategy's copy. Default 20. */
  readonly posts?: number
  readonly adminToken?: string
  /** Default: a silent one. */
  readonly logger?: Logger
  /** Whether other libraries are served too. Default false. */
  readonly peers?: boolean
  readonly env?: Partial<Pick<Env, 'CACHE_STRATEGY' | 'CACHE_TTL_MS' | 'ORIGIN_DELAY_MS' | 'WORKERS'>>
}

export interface TestApi {
  /** As a caller on this machine, or from `peer`. */
  request(path: string, init?: RequestInit & { peer?: string }): Promise<Response>
  /** A call with a JSON body. */
  send(method: string, path: string, body?: unknown): Promise<Response>
  readonly runtimes: Runtimes
  readonly database: PostsDatabase
  readonly redis: Redis | undefined
  /** Of its keys in Redis; the strategy's name follows. */
  readonly prefix: string
  close(): Promise<void>
}

export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const { store = 'redis', posts = 20, adminToken, logger = pino({ level: 'silent' }) } = options
  const env = {
    CACHE_STRATEGY: 'cache-aside',
    CACHE_TTL_MS: 60_000,
    ORIGIN_DELAY_MS: 0,
    WORKERS: 1,
    ...options.env,
  } as const
  const database = createDatabase({ url: options.databaseUrl ?? process.env.TEST_DATABASE_URL! })
  const redis = store === 'memory' ? undefined : new Redis(redisUrlOf(store), redisOptions)
  redis?.on('error', () => {})
  const scope = `t${randomBytes(4).toString('hex')}`
  const prefix = `${scope}:`
  const schemaOf = (strategy: string) => schemaName(`${scope}-${strategy.replace(':', '-')}`)
  const PEERS = options.peers ? 1 : 0
  const schemas = (await servedNames({ PEERS })).map(schemaOf)
  await migrate(database, schemas)
  if (posts > 0) await loadPosts(database, schemas, { count: posts })
  await recordPromised(database, schemaOf)
  if (redis && redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve))
  const peers = PEERS === 1 ? await peerStrategies(redisUrlOf('redis'), prefix) : []
  const runtimes = startRuntimes(env, database, redis, logger, { schemaOf, prefix, peers })
  await startOutboxes(runtimes)
  const app = createApp({
    runtimes,
    logger,
    adminToken,
    parts: {
      database: () => database.ping(),
      redis: redis && (() => redis.ping()),
      outbox: () => outboxLag(runtimes),
    },
    evictions: redis && new Evictions(redis),
    pool: database.pool,
  })

  const request: TestApi['request'] = async (path, { peer = '127.0.0.1', ...init } = {}) =>
    app.request(path, init, { incoming: { socket: { remoteAddress: peer } } as never })
  return {
    request,
    send: (method, path, body) =>
      request(path, { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    runtimes,
    database,
    redis,
    prefix,
    async close() {
      await closeOutboxes(runtimes)
      await runtimes.close()
      redis?.disconnect()
      for (const schema of schemas) await database.kysely.schema.dropSchema(schema).cascade().execute()
      await database.close()
    },
  }
}

function redisUrlOf(store: 'redis' | { readonly redisUrl: string }): string {
  return store === 'redis' ? process.env.TEST_REDIS_URL! : store.redisUrl
}
