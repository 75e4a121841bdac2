/** Out-of-band changes, which the API's own invalidation does not cover. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { loadPosts } from 'posts-db'
import { strategies, strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strategiesWithOutbox } from '../src/strategies/outboxes.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const promising = strategiesWithOutbox
const WITHIN_MS = 1_000

it('exists for the strategies that guarantee current reads', () => {
  expect(promising).toEqual(expect.arrayContaining(['manual-invalidation', 'write-through', 'stampede-lock']))
  expect(promising.filter((name) => strategies[name].breaks !== undefined)).toEqual([])
  expect(promising).not.toContain('cache-aside')
})

describe.each(['redis', 'memcached', 'memory'] as const)('on the %s store', (store) => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store, env: { CACHE_TTL_MS: 600_000 } })
  })
  afterAll(() => api.close())

  const tableOf = (strategy: string) => sql.id(api.instances.named(strategy).schema, 'posts')
  const get = async (path: string) => {
    const answer = await api.request(path)
    return { cache: answer.headers.get('X-Cache'), body: await answer.text() }
  }
  /** Milliseconds until the answer contains `text`. */
  async function untilItSays(path: string, text: string): Promise<number> {
    const startedAt = performance.now()
    const timeout = 3 * WITHIN_MS
    await expect.poll(async () => (await get(path)).body, { interval: 5, timeout }).toContain(text)
    return performance.now() - startedAt
  }

  // The outbox's work does not depend on the read strategy: all strategies on one store, one strategy on the others.
  describe.each(store === 'redis' ? promising : (['write-through'] as const))('%s', (strategy) => {
    it('shows a manually changed row within 1 s, as a post and in lists', async () => {
      const paths = [`/api/posts/3?strategy=${strategy}`, `/api/posts?strategy=${strategy}`]
      const took: number[] = []
      for (let i = 0; i < 4; i++) {
        for (const path of paths) {
          await get(path)
          expect((await get(path)).cache).toBe('HIT')
        }
        const title = `By hand ${i}`
        await sql`update ${tableOf(strategy)} set title = ${title} where id = 3`.execute(api.database.kysely)
        took.push(...(await Promise.all(paths.map((path) => untilItSays(path, title)))))
      }
      expect(Math.max(...took)).toBeLessThan(WITHIN_MS)
      console.log(`${strategy} on ${store}: current within ${Math.max(...took).toFixed(0)} ms in ${took.length} reads`)
    })

    it('shows manually added and deleted rows', async () => {
      const [absent, list] = [`/api/posts/777?strategy=${strategy}`, `/api/posts?strategy=${strategy}`]
      await get(absent)
      expect((await get(absent)).cache).toBe('HIT')
      await sql`insert into ${tableOf(strategy)} (id, title, content, author) values (777, 'There', '', 'x')`.execute(
        api.database.kysely,
      )
      expect(await untilItSays(absent, 'There')).toBeLessThan(WITHIN_MS)
      expect(await untilItSays(list, 'There')).toBeLessThan(WITHIN_MS)
      await sql`delete from ${tableOf(strategy)} where id = 777`.execute(api.database.kysely)
      expect(await untilItSays(absent, 'no-such-post')).toBeLessThan(WITHIN_MS)
    })

    it('shows the rows of a bulk update and of load-posts', async () => {
      const { schema } = api.instances.named(strategy)
      await loadPosts(api.database, [schema], { count: 5_000 })
      const paths = [1, 2_500, 5_000].map((id) => `/api/posts/${id}?strategy=${strategy}`)
      await Promise.all(paths.map((path) => untilItSays(path, '"version":1}')))
      await Promise.all(paths.map(get))
      await api.send('PATCH', paths[0]!, { title: 'Through the API' })
      await api.drained(strategy)
      await sql`update ${tableOf(strategy)} set title = 'All of them'`.execute(api.database.kysely)
      const took = await Promise.all(paths.map((path) => untilItSays(path, 'All of them')))
      await loadPosts(api.database, [schema], { count: 20 })
      took.push(...(await Promise.all(paths.slice(1).map((path) => untilItSays(path, 'no-such-post')))))
      took.push(await untilItSays(paths[0]!, '"version":1}'))
      expect(Math.max(...took)).toBeLessThan(WITHIN_MS)
      // Versions start again at 1, so the earlier writes must not count.
      expect((await api.request(paths[0]!)).headers.get('X-Stale-Ms')).toBe('0')
    })
  })

  it('does not repeat invalidations that the API has delivered itself', async () => {
    const check = async (strategy: string) => {
      const path = `/api/posts/5?strategy=${strategy}`
      const { counters, outbox } = api.instances.named(strategy)
      await expect.poll(async () => (await outbox!.lag()).undelivered).toBe(0)
      await api.send('PATCH', path, { title: 'Through the API' })
      await api.drained(strategy)
      await get(path)
      const { invalidations } = counters.counts
      // By then, the relay would have taken the row.
      await sleep(1_500)
      expect(counters.counts.invalidations).toBe(invalidations)
      expect((await get(path)).cache).toBe('HIT')
      expect(await outbox!.lag()).toEqual({ undelivered: 0, lagMs: 0 })
    }
    await Promise.all(promising.map(check))
  })

  it('records nothing for strategies without current reads', async () => {
    for (const strategy of strategyNames.filter((name) => !promising.includes(name))) {
      await api.send('PATCH', `/api/posts/5?strategy=${strategy}`, { title: 'x' })
      const { schema, outbox } = api.instances.named(strategy)
      expect(outbox).toBe(undefined)
      const { rows } = await sql`select from ${sql.id(schema, 'outbox')}`.execute(api.database.kysely)
      expect(rows).toEqual([])
    }
  })

  it('reports its lag', async () => {
    const { schema, outbox } = api.instances.named('write-through')
    await expect.poll(async () => (await outbox!.lag()).undelivered).toBe(0)
    await sql`insert into ${sql.id(schema, 'outbox')} (keys, due_at) values ('{x}', now() + interval '1 h')`.execute(
      api.database.kysely,
    )
    const metrics = (await get('/metrics')).body
    expect(metrics).toContain('posts_api_outbox_undelivered{strategy="write-through"} 1')
    expect(metrics).toContain('posts_api_outbox_undelivered{strategy="stampede-lock"} 0')
    expect(metrics).toContain('posts_api_outbox_lag_seconds{strategy="write-through"} 0')
    expect(metrics).not.toContain('posts_api_outbox_undelivered{strategy="cache-aside"}')
    const ready = JSON.parse((await get('/readyz')).body)
    expect(ready).toMatchObject({ status: 'ready', parts: { outbox: { state: 'up', undelivered: 1, lagSeconds: 0 } } })
  })
})
