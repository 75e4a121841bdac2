/** Changes without an invalidation by the API, since the process died first. */
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesCodec, cacheAside, createCache, invalidate } from 'cache-core'
import { createOutbox } from 'cache-core/postgres'
import { redisOptions, redisStore } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import {
  type ApiProcess,
  createScratchDatabase,
  type PrivateRedis,
  type ScratchDatabase,
  startRedis,
  startTcpProxy,
  type TcpProxy,
} from 'local-servers'
import { createDatabase, loadPosts, type PostsDatabase, postsRepository, schemaName } from 'posts-db'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startApi } from './support/start-api.ts'

/** One that invalidates and one that fills: the outbox of the others is the same. */
const strategies = ['manual-invalidation', 'write-through'] as const
const WITHIN_MS = 1_000

/** An embedded Postgres has no template. It also has one session, and these tests need several. */
const template = inject('template')

describe.skipIf(!template).each(strategies)('an API under %s, killed between commit and invalidation', (strategy) => {
  const schema = schemaName(strategy)
  const path = `/api/posts/1?strategy=${strategy}`
  let scratch: ScratchDatabase
  let database: PostsDatabase
  let redis: PrivateRedis
  let proxy: TcpProxy
  let client: Redis
  const started: ApiProcess[] = []

  beforeAll(async () => {
    scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, template)
    database = createDatabase({ url: scratch.url })
    await loadPosts(database, [schema], { count: 3 })
    redis = await startRedis()
    proxy = await startTcpProxy(redis.port)
    client = new Redis(redis.url, { ...redisOptions, lazyConnect: true })
    await client.connect()
  })
  afterAll(async () => {
    for (const api of started) await api.kill()
    client.disconnect()
    await proxy.close()
    await redis.stop()
    await database.close()
    await scratch.drop()
  })

  const start = async (redisUrl: string) => {
    const api = await startApi({ DATABASE_URL: scratch.url, REDIS_URL: redisUrl, CACHE_TTL_MS: '600000' })
    started.push(api)
    return api
  }
  const versionAt = async (api: ApiProcess) => {
    const answer = await fetch(`${api.url}${path}`)
    return { cache: answer.headers.get('X-Cache'), version: ((await answer.json()) as { version: number }).version }
  }

  /** The cached value, as a process without a relay would serve it. */
  async function cached(): Promise<string | undefined> {
    const store = redisStore({ client, prefix: `posts:${strategy}:` })
    const cache = createCache({ store, read: cacheAside(), write: invalidate(), codec: bytesCodec })
    const { outcome, value } = await cache.read('post:1', async () => Buffer.from('loaded'))
    await cache.invalidate({ keys: outcome === 'hit' ? [] : ['post:1'] }) // removes the entry of this check
    return outcome === 'hit' ? value!.toString() : undefined
  }

  async function killedAfterItsCommit(): Promise<void> {
    const api = await start(`redis://${proxy.address}`)
    const before = await versionAt(api)
    expect(await versionAt(api)).toEqual({ cache: 'HIT', version: before.version })
    const posts = postsRepository(database, schema)
    await database.kysely.transaction().execute(async (transaction) => {
      // The writer waits for the row: it has done everything before the commit and nothing after it.
      await sql`select from ${sql.id(schema, 'posts')} where id = 1 for update`.execute(transaction)
      fetch(`${api.url}${path}`, {
        method: 'PATCH',
        body: '{"title":"Committed"}',
        headers: { 'Content-Type': 'application/json' },
      }).catch(() => {})
      const waiting = async () => {
        const { rows } = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
          database.kysely,
        )
        return rows.length
      }
      await expect.poll(waiting, { interval: 5 }).toBe(1)
      proxy.silence()
    })
    await expect.poll(async () => (await posts.byId(1))!.version, { interval: 2 }).toBe(before.version + 1)
    await api.kill()
    expect(await cached()).toContain(`"version":${before.version}}`)
  }

  it('is stale without a relay, and current within 1 s of the start of one', async () => {
    await killedAfterItsCommit()
    await sleep(1_500)
    const old = await cached()
    expect(old).toContain('"version":1}')
    const outbox = createOutbox({ pool: database.pool, schema })
    outbox.attach(redisStore({ client, prefix: `posts:${strategy}:` }))
    const startedAt = performance.now()
    outbox.start()
    await expect.poll(cached, { interval: 5, timeout: 5_000 }).toBe(undefined)
    const tookMs = performance.now() - startedAt
    await outbox.close()
    expect(tookMs).toBeLessThan(WITHIN_MS)
    console.log(`${strategy}: current ${tookMs.toFixed(0)} ms after the start of a relay`)
  })

  it('is current from the first answer of a restarted API', async () => {
    await killedAfterItsCommit()
    const api = await start(redis.url)
    expect((await versionAt(api)).version).toBe(3)
  })
})
