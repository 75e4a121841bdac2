/** What the hit-path benchmark measures: the API, the API with its log on, and the bare server, over 10,000 posts and one Redis. */
import { Redis } from 'ioredis'
import { createScratchDatabase, freePort, startRedis } from 'local-servers'
import { createDatabase, loadPosts, migrate, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { MeasuredProcess } from './measured-process.ts'

export interface Servers {
  readonly api: MeasuredProcess
  /** The same with `LOG_LEVEL=info`. */
  readonly logging: MeasuredProcess
  /** The same as `api`, while 3 clients receive the stream of the live page. */
  readonly watched: MeasuredProcess
  readonly bare: MeasuredProcess
  /** What `api` counted. */
  counts(): Promise<Record<'reads' | 'hits' | 'bypassed', number>>
}

export async function withServers(databaseUrl: string, work: (servers: Servers) => Promise<void>): Promise<void> {
  const closing: (() => unknown)[] = []
  try {
    const redis = await startRedis()
    closing.push(() => redis.stop())
    const database = await createScratchDatabase(databaseUrl)
    closing.push(() => database.drop())
    const db = createDatabase({ url: database.url })
    const schemas = strategyNames.map(schemaName)
    await migrate(db, schemas)
    await loadPosts(db, schemas, { count: 10_000 })
    await db.close()

    const startApi = async (LOG_LEVEL: string) => {
      const port = await freePort()
      const env = {
        REDIS_URL: redis.url,
        DATABASE_URL: database.url,
        LOG_LEVEL,
        CACHE_TTL_MS: '3600000',
        PORT: `${port}`,
      }
      const api = await MeasuredProcess.start(new URL('../src/main.ts', import.meta.url), port, '/readyz', [], env)
      closing.push(() => api.end())
      return api
    }
    const api = await startApi('warn')
    const logging = await startApi('info')
    const watched = await startApi('warn')
    const leaving = new AbortController()
    closing.push(() => leaving.abort())
    for (let i = 0; i < 3; i++) void receive(`${watched.url}/api/stats/stream`, leaving.signal)

    const client = new Redis(redis.url)
    const keep = async (key: string, path: string) =>
      client.set(`bare:${key}`, Buffer.from(await (await fetch(api.url + path)).arrayBuffer()))
    for (let id = 1; id <= 1_000; id++) await keep(String(id), `/api/posts/${id}`)
    await keep('page', '/api/posts?limit=50')
    await keep('all', '/api/posts')
    client.disconnect()

    const port = await freePort()
    const bareServer = new URL('bare-server.ts', import.meta.url)
    const bare = await MeasuredProcess.start(bareServer, port, '/page', [String(port), redis.url], {})
    closing.push(() => bare.end())

    await work({
      api,
      logging,
      watched,
      bare,
      async counts() {
        const stats = (await (await fetch(`${api.url}/api/stats`)).json()) as {
          strategies: Record<string, Record<'reads' | 'hits' | 'bypassed', number>>
        }
        const { reads, hits, bypassed } = stats.strategies['cache-aside']!
        return { reads, hits, bypassed }
      },
    })
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** Reads a stream until the signal. */
async function receive(url: string, signal: AbortSignal): Promise<void> {
  const { body } = await fetch(url, { signal })
  try {
    for await (const _ of body!);
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
