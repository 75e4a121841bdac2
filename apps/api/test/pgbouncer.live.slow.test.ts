/** The API with PgBouncer in front of Postgres, in transaction pooling and otherwise with default settings. */
import {
  type ApiProcess,
  lacksTools,
  type PgBouncer,
  type PostgresServer,
  type PrivateRedis,
  startPgBouncer,
  startPostgresServer,
  startRedis,
} from 'local-servers'
import { createDatabase, loadPosts, migrate, type PostsDatabase, schemaName } from 'posts-db'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strategiesWithOutbox } from '../src/strategies/outboxes.ts'
import { startApi } from './support/start-api.ts'

const TIMEOUT_MS = 1_000

describe.skipIf(lacksTools('postgres', 'pgbouncer'))('behind PgBouncer', () => {
  let postgres: PostgresServer
  let pgbouncer: PgBouncer
  let redis: PrivateRedis
  let apis: ApiProcess[]
  /** Bypasses PgBouncer. */
  let direct: PostsDatabase
  beforeAll(async () => {
    ;[postgres, redis] = await Promise.all([startPostgresServer(), startRedis()])
    pgbouncer = await startPgBouncer({ databaseUrl: postgres.url })
    direct = createDatabase({ url: postgres.url, maxConnections: 1 })
    const env = { DATABASE_URL: `${pgbouncer.url}?statement_timeout=${TIMEOUT_MS}`, REDIS_URL: redis.url }
    // Both migrate an empty database concurrently.
    apis = await Promise.all([startApi(env), startApi(env)])
    const database = createDatabase({ url: pgbouncer.url })
    await migrate(database, strategyNames.map(schemaName))
    await loadPosts(database, strategyNames.map(schemaName), { count: 20 })
    await database.close()
  })
  afterAll(async () => {
    await direct.close()
    await Promise.all(apis.map((api) => api.kill()))
    await pgbouncer.stop()
    await Promise.all([redis.stop(), postgres.stop()])
  })

  const read = async (api: ApiProcess, strategy: string, id: number) => {
    const answer = await fetch(`${api.url}/api/posts/${id}?strategy=${strategy}`)
    return { status: answer.status, post: (await answer.json()) as { title: string; version: number } }
  }

  it('starts, and logs in one line that the pool enforces the timeout itself', () => {
    for (const api of apis)
      expect(api.output().match(/refuses the start-up parameter statement_timeout/g)).toHaveLength(1)
  })

  it('/readyz is ready', async () => {
    const ready = await fetch(`${apis[0]!.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ready', parts: { database: 'up' } }])
  })

  it.each(strategyNames)('%s: reads and writes', async (strategy) => {
    const [one, other] = apis as [ApiProcess, ApiProcess]
    const before = await Promise.all([1, 2, 3, 1, 2, 3].map((id) => read(one, strategy, id)))
    expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    const send = (method: string, path: string, body?: object) =>
      fetch(`${one.url}${path}?strategy=${strategy}`, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      })
    const whole = { title: 'New', content: 'New', author: 'New' }
    const answers = [
      await send('PATCH', '/api/posts/1', { title: 'Patched' }),
      await send('PUT', '/api/posts/2', whole),
      await send('POST', '/api/posts', whole),
      await send('DELETE', '/api/posts/3'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 201, 204])
    const { version, title } = (await answers[0]!.json()) as { version: number; title: string }
    expect([version, title]).toEqual([before[0]!.post.version + 1, 'Patched'])
    if (!strategiesWithOutbox.includes(strategy)) return
    expect((await read(other, strategy, 1)).post).toMatchObject({ version, title })
    expect((await read(other, strategy, 3)).status).toBe(404)
  })

  it.each(strategiesWithOutbox)('%s: the outbox delivers out-of-band changes', async (strategy) => {
    const [one] = apis as [ApiProcess]
    await read(one, strategy, 5)
    await direct.pool.query(`update ${schemaName(strategy)}.posts set title = 'Changed' where id = 5`)
    const title = async () => (await read(one, strategy, 5)).post.title
    await expect.poll(title, { interval: 20, timeout: 2_000 }).toBe('Changed')
  })

  it('requests that wait for a lock get 503 at the timeout, and succeed once it is released', async () => {
    const [one] = apis as [ApiProcess]
    const holder = await direct.pool.connect()
    await holder.query('begin; lock table no_cache.posts')
    const askedAt = performance.now()
    const refused = await Promise.all(Array.from({ length: 30 }, () => read(one, 'no-cache', 7)))
    const tookMs = performance.now() - askedAt
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
    expect(tookMs).toBeLessThan(2 * TIMEOUT_MS + 1_000) // 20 connections, so the last 10 first wait for one
    const { rows } = await holder.query("select from pg_stat_activity where wait_event_type = 'Lock'")
    expect(rows).toEqual([])
    await holder.query('commit')
    holder.release()
    expect((await read(one, 'no-cache', 7)).status).toBe(200)
  })

  it('answers a read whose connection to Postgres is terminated', async () => {
    const [one] = apis as [ApiProcess]
    const terminate = () =>
      direct.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()')
    const statuses = new Set<number>()
    for (let round = 0; round < 10; round++) {
      const reads = Promise.all(Array.from({ length: 30 }, () => read(one, 'no-cache', 7)))
      await terminate()
      for (const { status } of await reads) statuses.add(status)
    }
    expect([...statuses]).toEqual([200])
  })
})
