/**
 * The measured system: API processes over one Redis and one Postgres. It is started here, private and fresh, or it is an
 * external one, given by its addresses. An external system shows fewer figures.
 */
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { findPostgresServer, findRedisServer, type ServicesOptions, startSystem } from 'local-servers'
import pg from 'pg'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { z } from 'zod'
import { type ComparedStrategy, comparedStrategy, type Environment } from '../comparison.ts'
import { withTuning } from './with-tuning.ts'

export interface System {
  /** Of the API processes. */
  readonly urls: readonly string[]
  readonly adminToken: string | undefined
  /** Undefined for an external system. */
  readonly pids: { readonly api: readonly number[]; readonly postgres?: number } | undefined
  /** Undefined for an external system. */
  readonly redis: Redis | undefined
  readonly versions: Pick<Environment, 'redis' | 'postgres' | 'databaseConnections'>
  /** The API's descriptions. @throws if it lacks a strategy */
  describe(strategies: readonly string[]): Promise<ComparedStrategy[]>
  /** Stops everything that was started here. May be called more than once. */
  stop(): Promise<void>
}

export interface SystemOptions {
  readonly strategies: readonly string[]
  readonly posts: number
  readonly ttlMs: number
  readonly originDelayMs: number
  readonly apiProcesses: number
  /** A Postgres server for a temporary database. Default: the installed Postgres is started, or an embedded one. */
  readonly databaseServer?: string | undefined
  /** Called with each step, for progress output. */
  readonly onStep?: (step: string) => void
}

const KEY_PREFIX = 'posts:'

/** The start of a strategy's keys in the Redis of a private system. */
export function keyPrefixOf(strategy: string): string {
  return `${KEY_PREFIX}${strategy}:`
}

/** Commits wait for the disk, as in production. */
const DURABLE = ['-c', 'fsync=on', '-c', 'synchronous_commit=on']

const apiEntry = new URL('../../../api/src/main.ts', import.meta.url)

export function startPrivateSystem(options: SystemOptions): Promise<System> {
  const { strategies, posts, apiProcesses, databaseServer, onStep = () => {} } = options
  onStep('starting Redis and Postgres')
  const servers = { redis: true, postgres: postgresFor(databaseServer) } as const
  return startSystem({ entry: apiEntry, ...servers }, async ({ services, apis, startApi, onStop, stop }) => {
    const { redis: redisServer, postgres } = services
    if (redisServer === undefined || postgres === undefined) throw new Error('Redis or Postgres was not started')
    const redis = new Redis(redisServer.url, { ...redisOptions, commandTimeout: 10_000, lazyConnect: true })
    redis.on('error', () => {}) // commands report it
    onStop(() => redis.disconnect())
    await redis.connect()
    onStep(`loading ${posts.toLocaleString('en')} posts into each strategy's copy`)
    const { version, databaseConnections } = await loadCopies(postgres.url, strategies, posts)
    onStep(`starting ${apiProcesses} API processes`)
    // One after another, since each migrates first.
    for (let started = 0; started < apiProcesses; started++) {
      await startApi({
        REDIS_PREFIX: KEY_PREFIX,
        CACHE_TTL_MS: String(options.ttlMs),
        ORIGIN_DELAY_MS: String(options.originDelayMs),
        ...(strategies.some(isPeer) && { PEERS: '1' }),
      })
    }
    const urls = apis.map(({ url }) => url)
    const api = apis.map(({ pid }) => pid)
    const postgresPid =
      postgres.kind === 'server' ? postgres.pid : postgres.kind === 'embedded' ? services.pid : undefined
    return {
      urls,
      adminToken: undefined,
      pids: { api, ...(postgresPid !== undefined && { postgres: postgresPid }) },
      redis,
      versions: {
        redis: `${redisServer.name} ${redisServer.version}, private, on the same machine`,
        postgres: `${version}, ${PLACES[postgres.kind]}`,
        databaseConnections,
      },
      describe: (names) => describedBy(urls[0]!, names),
      stop,
    }
  })
}

const PLACES = {
  server: 'private, on the same machine, commits synced to disk',
  embedded: 'embedded (PGlite), one statement at a time: install PostgreSQL for realistic figures',
  scratch: "a separate database on DATABASE_URL's server",
} as const

/** External API processes: `http://127.0.0.1:3000,http://127.0.0.1:3001`. */
export function systemAt(addresses: string, adminToken: string | undefined, ttlMs: number): System {
  const urls = addresses.split(',').map((text) => {
    const address = text.trim().replace(/\/+$/, '')
    if (URL.canParse(address) && /^https?:/.test(address)) return address
    throw new Error(
      `BASE_URL has ${JSON.stringify(text)}; give addresses like http://127.0.0.1:3000, separated by commas`,
    )
  })
  const theirs = `the one of ${urls.join(', ')}`
  return {
    urls,
    adminToken,
    pids: undefined,
    redis: undefined,
    versions: { redis: theirs, postgres: theirs, databaseConnections: null },
    describe: (names) => describedAt(urls[0]!, adminToken, names, ttlMs),
    stop: async () => {},
  }
}

function postgresFor(databaseServer: string | undefined): NonNullable<ServicesOptions['postgres']> {
  if (databaseServer !== undefined) return { scratchOn: databaseServer }
  return findPostgresServer() === undefined ? true : { server: { args: DURABLE } }
}

/** The program that `startPrivateSystem` lacks on this machine, with how to install it. */
export function whatIsMissing(): string | undefined {
  return findRedisServer() === undefined
    ? 'a comparison starts its own Redis, but neither redis-server nor valkey-server is on PATH; install it: apt-get install redis-server, or brew install redis'
    : undefined
}

async function loadCopies(url: string, strategies: readonly string[], posts: number) {
  const database = createDatabase({ url, statementTimeoutMs: 120_000 })
  try {
    // All schemas that the API migrates, so that it finds none missing.
    const schemas = [...new Set([...strategyNames, ...strategies])].map(schemaName)
    await migrate(database, schemas)
    await loadPosts(database, schemas, { count: posts })
    const { rows } = await database.pool.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    )
    const version = `PostgreSQL ${rows[0]!.version.split(' ')[0]}`
    // Gives a fresh database the statistics and visibility map of one that has run for a while.
    await vacuum(url)
    return { version, databaseConnections: database.pool.options.max ?? null }
  } finally {
    await database.close()
  }
}

async function vacuum(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('VACUUM ANALYZE').finally(() => client.end())
}

/** The guarantees at the comparison's TTL, which is set for each turn and may differ from the API's own. */
async function describedAt(url: string, adminToken: string | undefined, names: readonly string[], ttlMs: number) {
  const described: ComparedStrategy[] = []
  for (const strategy of names) {
    const tuned = { urls: [url], adminToken, strategy, tuning: { ttlMs } }
    described.push(...(await withTuning(tuned, () => describedBy(url, [strategy]))))
  }
  return described
}

async function describedBy(url: string, names: readonly string[]): Promise<ComparedStrategy[]> {
  const answer = await fetch(new URL('/api/strategies', url), { signal: AbortSignal.timeout(10_000) })
  const listed = z.array(comparedStrategy).parse(await answer.json())
  return names.map((name) => {
    const found = listed.find((strategy) => strategy.name === name)
    if (found !== undefined) return found
    const hint = isPeer(name) ? '; peers need PEERS=1 in its environment' : ''
    throw new Error(`the API at ${url} offers no ${name}${hint}; it has ${listed.map((s) => s.name).join(', ')}`)
  })
}

function isPeer(name: string): boolean {
  return name.startsWith('peer:')
}
