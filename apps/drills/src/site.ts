/** Puts up what a drill breaks, and takes it down in whatever state it is. */
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { type ApiProcess, startApi, startRedis, startServices, startToxiproxy } from 'local-servers'
import type { DatabaseCopy, DrillDatabases } from './database.ts'
import type { Drill, RedisUnderDrill } from './drill.ts'

/** What lies under a drill, without its load. */
export interface Ground {
  readonly redis: RedisUnderDrill
  readonly copy: DatabaseCopy
  readonly apis: ApiProcess[]
  readonly way: Awaited<ReturnType<Awaited<ReturnType<typeof startToxiproxy>>['proxy']>> | undefined
  startApi(env?: Record<string, string>): Promise<ApiProcess>
  takeDown(): Promise<void>
}

/** As Postgres knows the connections of an API process, in the order of `site.apis`. */
export function apiName(number: number): string {
  return `api-${number}`
}

const collector = new URL('./gc-on-signal.ts', import.meta.url)
/** Races show when loads take a while. */
const ORIGIN_DELAY_MS = '5'

export async function putUp(drill: Drill, databases: DrillDatabases): Promise<Ground> {
  const apiEnvs = drill.apis?.() ?? [{}, {}]
  // It starts nothing, and ends what it is told of if this process is killed.
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
    const redis = await redisUnderDrill(guarded, takeDowns)
    let way: Ground['way']
    if (drill.throughProxy) {
      const toxiproxy = guarded(await startToxiproxy())
      takeDowns.push(toxiproxy.kill)
      way = await toxiproxy.proxy(`127.0.0.1:${redis.server.port}`)
    }
    let started = 0
    const start = async (env: Record<string, string> = {}) => {
      const name = apiName(started++)
      const given = {
        DATABASE_URL: `${copy.url}?application_name=${name}&${drill.databaseParameters ?? ''}`,
        REDIS_URL: redis.server.url,
        ORIGIN_DELAY_MS,
        NODE_OPTIONS: `--import=${collector}`,
      }
      const api = guarded(await startApi({ ...given, ...env }))
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
    return { redis, copy, apis, way, startApi: startAnother, takeDown }
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
  }
}
