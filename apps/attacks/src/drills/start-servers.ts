/** Starts the system that a drill breaks, and takes it down in any state. */
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import {
  type ApiProcess,
  type RedisOptions,
  type System,
  startMemcached,
  startRedis,
  startSystem,
  startTcpProxy,
  startToxiproxy,
  type TcpProxy,
  type ToxicProxy,
} from 'local-servers'
import { apiEntry } from '../start-attacked-system.ts'
import type { DatabaseCopy, DrillDatabases } from './database.ts'
import type { Drill, MemcachedUnderDrill, RedisUnderDrill } from './drill.ts'
import { until } from './until.ts'

/** The system of a drill, without its load. */
export interface DrillServers {
  readonly redis: RedisUnderDrill
  readonly memcached: MemcachedUnderDrill | undefined
  readonly copy: DatabaseCopy
  readonly apis: ApiProcess[]
  readonly toxicProxy: ToxicProxy | undefined
  readonly tcpProxy: TcpProxy | undefined
  startApi(env?: Record<string, string>): Promise<ApiProcess>
  stop(): Promise<void>
}

/** The `application_name` of an API process's connections. `number`: its index in `system.apis`. */
export function apiName(number: number): string {
  return `api-${number}`
}

const collector = new URL('./gc-on-signal.ts', import.meta.url)
/** Slow loads make races likely. */
const ORIGIN_DELAY_MS = '5'
const REPLICA_WITHIN_MS = 15_000

export async function startServers(drill: Drill, databases: DrillDatabases): Promise<DrillServers> {
  const apiEnvs = drill.apis?.() ?? [{}, {}]
  // The servers are the drill's own, since it breaks and restarts them.
  return startSystem({ entry: apiEntry }, async (system) => {
    const copy = await databases.copy()
    system.onStop(copy.drop)
    await drill.prepare?.(copy.url)
    const redis = await redisUnderDrill(system)
    const memcached = drill.onMemcached ? await memcachedUnderDrill(system) : undefined
    const toxiproxy = drill.throughToxiproxy ? system.own(await startToxiproxy(), ({ kill }) => kill()) : undefined
    const toxicProxy = await toxiproxy?.proxy(`127.0.0.1:${redis.server.port}`)
    const tcpProxy = drill.throughTcpProxy ? await startTcpProxy(redis.server.port) : undefined
    if (tcpProxy) system.onStop(tcpProxy.close)
    let started = 0
    const startApi = (env: Record<string, string> = {}) => {
      const number = started++
      const isProxied = tcpProxy && (drill.throughTcpProxy === 'all' || number === 0)
      const given = {
        DATABASE_URL: `${copy.url}?application_name=${apiName(number)}&${drill.databaseParameters ?? ''}`,
        REDIS_URL: isProxied ? `redis://${tcpProxy.address}` : redis.server.url,
        ORIGIN_DELAY_MS,
        ...(memcached && { CACHE_STORE: 'memcached', MEMCACHED_URL: memcached.server.url }),
      }
      const NODE_OPTIONS = `--import=${collector} ${env.NODE_OPTIONS ?? ''}`
      return system.startApi({ ...given, ...env, NODE_OPTIONS })
    }
    const apis = await Promise.all(
      apiEnvs.map((env, i) =>
        startApi(i === 0 && toxicProxy ? { ...env, REDIS_URL: `redis://${toxicProxy.address}` } : env),
      ),
    )
    const startAnother = async (env?: Record<string, string>) => {
      const api = await startApi(env)
      apis.push(api)
      return api
    }
    return { redis, memcached, copy, apis, toxicProxy, tcpProxy, startApi: startAnother, stop: system.stop }
  })
}

async function redisUnderDrill(system: System): Promise<RedisUnderDrill> {
  const start = async (options?: RedisOptions) => system.own(await startRedis(options), ({ kill }) => kill())
  let server = await start()
  const { url, port } = server
  const admin = new Redis(url, { ...redisOptions, commandTimeout: 5_000, enableAutoPipelining: false })
  admin.on('error', () => {})
  system.onStop(() => admin.disconnect())
  await new Promise((resolve) => admin.once('ready', resolve))
  return {
    get server() {
      return server
    },
    admin,
    async startAgain() {
      server = await start({ port })
    },
    async startReplica() {
      await admin.config('SET', 'repl-diskless-sync-delay', '0') // by default it waits 5 s for more replicas
      const replica = await start({ args: ['--replicaof', '127.0.0.1', String(port)] })
      await until('the replica is in sync', REPLICA_WITHIN_MS, async () => {
        return /slave0:.*state=online/.test(await admin.info('replication'))
      })
      return replica
    },
  }
}

async function memcachedUnderDrill(system: System): Promise<MemcachedUnderDrill> {
  const start = async (port?: number) =>
    system.own(await startMemcached(port === undefined ? {} : { port }), ({ stop }) => stop())
  let server = await start()
  return {
    get server() {
      return server
    },
    async startAgain() {
      server = await start(server.port)
    },
  }
}
