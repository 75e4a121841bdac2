/** Starts the system that a drill breaks, and takes it down in any state. */
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import {
  type ApiProcess,
  startApi,
  startMemcached,
  startRedis,
  startServices,
  startTcpProxy,
  startToxiproxy,
  type TcpProxy,
} from 'local-servers'
import type { DatabaseCopy, DrillDatabases } from './database.ts'
import type { Drill, MemcachedUnderDrill, RedisUnderDrill } from './drill.ts'
import { until } from './until.ts'

/** The system of a drill, without its load. */
export interface Ground {
  readonly redis: RedisUnderDrill
  readonly memcached: MemcachedUnderDrill | undefined
  readonly copy: DatabaseCopy
  readonly apis: ApiProcess[]
  readonly way: Awaited<ReturnType<Awaited<ReturnType<typeof startToxiproxy>>['proxy']>> | undefined
  readonly proxy: TcpProxy | undefined
  startApi(env?: Record<string, string>): Promise<ApiProcess>
  takeDown(): Promise<void>
}

/** The `application_name` of an API process's connections. `number`: its index in `site.apis`. */
export function apiName(number: number): string {
  return `api-${number}`
}

const collector = new URL('./gc-on-signal.ts', import.meta.url)
/** Slow loads make races likely. */
const ORIGIN_DELAY_MS = '5'
const REPLICA_WITHIN_MS = 15_000

export async function putUp(drill: Drill, databases: DrillDatabases): Promise<Ground> {
  const apiEnvs = drill.apis?.() ?? [{}, {}]
  // Starts no server, but ends the registered ones if this process is killed.
  const guard = await startServices({})
  const takeDowns: (() => unknown)[] = [() => guard.stop()]
  const guarded = <T extends { pid: number }>(server: T): T => {
    takeDowns.push(guard.alsoEnd(server.pid))
    return server
  }
  const takeDown = async () => {
    const errors: unknown[] = []
    for (const end of takeDowns.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  try {
    const copy = await databases.copy()
    takeDowns.push(copy.drop)
    await drill.prepare?.(copy.url)
    const redis = await redisUnderDrill(guarded, takeDowns)
    const memcached = drill.onMemcached ? await memcachedUnderDrill(guarded, takeDowns) : undefined
    let way: Ground['way']
    if (drill.throughProxy) {
      const toxiproxy = guarded(await startToxiproxy())
      takeDowns.push(toxiproxy.kill)
      way = await toxiproxy.proxy(`127.0.0.1:${redis.server.port}`)
    }
    const proxy = drill.throughTcpProxy ? await startTcpProxy(redis.server.port) : undefined
    if (proxy) takeDowns.push(proxy.close)
    let started = 0
    const start = async (env: Record<string, string> = {}) => {
      const number = started++
      const isProxied = proxy && (drill.throughTcpProxy === 'all' || number === 0)
      const given = {
        DATABASE_URL: `${copy.url}?application_name=${apiName(number)}&${drill.databaseParameters ?? ''}`,
        REDIS_URL: isProxied ? `redis://${proxy.address}` : redis.server.url,
        ORIGIN_DELAY_MS,
        ...(memcached && { CACHE_STORE: 'memcached', MEMCACHED_URL: memcached.server.url }),
      }
      const NODE_OPTIONS = `--import=${collector} ${env.NODE_OPTIONS ?? ''}`
      const api = guarded(await startApi({ ...given, ...env, NODE_OPTIONS }))
      takeDowns.push(api.kill)
      return api
    }
    const apis = await Promise.all(
      apiEnvs.map((env, i) => start(i === 0 && way ? { ...env, REDIS_URL: `redis://${way.address}` } : env)),
    )
    const startAnother = async (env?: Record<string, string>) => {
      const api = await start(env)
      apis.push(api)
      return api
    }
    return { redis, memcached, copy, apis, way, proxy, startApi: startAnother, takeDown }
  } catch (error) {
    await takeDown()
    throw error
  }
}

async function redisUnderDrill(
  guarded: <T extends { pid: number }>(server: T) => T,
  takeDowns: (() => unknown)[],
): Promise<RedisUnderDrill> {
  let server = guarded(await startRedis())
  const { url, port } = server
  const admin = new Redis(url, { ...redisOptions, commandTimeout: 5_000, enableAutoPipelining: false })
  admin.on('error', () => {})
  takeDowns.push(() => server.kill())
  takeDowns.push(() => admin.disconnect())
  await new Promise((resolve) => admin.once('ready', resolve))
  return {
    get server() {
      return server
    },
    admin,
    async startAgain() {
      server = guarded(await startRedis({ port }))
    },
    async startReplica() {
      await admin.config('SET', 'repl-diskless-sync-delay', '0') // by default it waits 5 s for more replicas
      const replica = guarded(await startRedis({ args: ['--replicaof', '127.0.0.1', String(port)] }))
      takeDowns.push(replica.kill)
      await until('the replica is in sync', REPLICA_WITHIN_MS, async () => {
        return /slave0:.*state=online/.test(await admin.info('replication'))
      })
      return replica
    },
  }
}

async function memcachedUnderDrill(
  guarded: <T extends { pid: number }>(server: T) => T,
  takeDowns: (() => unknown)[],
): Promise<MemcachedUnderDrill> {
  let server = guarded(await startMemcached())
  takeDowns.push(() => server.stop())
  return {
    get server() {
      return server
    },
    async startAgain() {
      server = guarded(await startMemcached({ port: server.port }))
    },
  }
}
