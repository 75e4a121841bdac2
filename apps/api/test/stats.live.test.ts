import { pino } from 'pino'
import { loadPosts } from 'posts-db'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ posts: 20 })
})
afterAll(() => api.close())

type Counts = Record<string, number> & { latencyMs: Record<string, { count: number; p50: number | null }> }

async function statsOfApi(api: TestApi, strategy: string): Promise<Counts> {
  const stats = (await (await api.request('/api/stats')).json()) as { strategies: Record<string, Counts> }
  return stats.strategies[strategy]!
}
const statsOf = (strategy: string) => statsOfApi(api, strategy)

describe('GET /api/stats', () => {
  it('counts the reads, loads, fills and invalidations of a known sequence of calls', async () => {
    await api.send('POST', '/api/stats/reset', {})
    const q = '?strategy=write-through'
    for (const id of [1, 2, 1, 2, 1]) await api.request(`/api/posts/${id}${q}`)
    await api.send('PATCH', `/api/posts/1${q}`, { title: 'x' })
    await api.send('PATCH', `/api/posts/1${q}`, { title: 'y' })
    await api.send('DELETE', `/api/posts/2${q}`)
    await api.request(`/api/posts/1${q}`)
    const { latencyMs, ...counts } = await statsOf('write-through')
    expect(counts).toMatchObject({
      reads: 6,
      hits: 4,
      misses: 2,
      loads: 2,
      fills: 4, // two misses, two writes
      refusedFills: 0,
      invalidations: 4, // the lists' tag three times, and the deleted post
      writes: 3,
      errors: 0,
      failedReads: 0,
    })
    expect([latencyMs.hit!.count, latencyMs.miss!.count, latencyMs.all!.count, latencyMs.stale!.p50]).toEqual([
      4,
      2,
      6,
      null,
    ])
    expect(latencyMs.hit!.p50).toBeGreaterThan(0)
  })

  it('counts concurrent reads as one miss and the rest as collapsed or hits', async () => {
    await api.send('POST', '/api/stats/reset', { strategy: 'stampede-lock' })
    await Promise.all(Array.from({ length: 50 }, () => api.request('/api/posts/7?strategy=stampede-lock')))
    const counts = await statsOf('stampede-lock')
    expect(counts).toMatchObject({ reads: 50, misses: 1, loads: 1 })
    expect(counts.collapsed! + counts.hits!).toBe(49)
  })

  it('can reset one strategy or all', async () => {
    await api.request('/api/posts/1?strategy=naive-lock')
    await api.send('POST', '/api/stats/reset', { strategy: 'stampede-lock' })
    expect((await statsOf('stampede-lock')).reads).toBe(0)
    expect((await statsOf('naive-lock')).reads).toBe(1)
    expect((await api.request('/api/stats/reset', { method: 'POST' })).status).toBe(200)
    expect((await statsOf('naive-lock')).reads).toBe(0)
  })

  it('reports the same counts to Prometheus', async () => {
    await api.request('/api/posts/1?strategy=cache-aside')
    await api.request('/api/posts/1?strategy=cache-aside')
    const { hits, misses, loads } = await statsOf('cache-aside')
    const text = await (await api.request('/metrics')).text()
    expect(text).toContain(`posts_api_reads_total{strategy="cache-aside",outcome="hit"} ${hits}`)
    expect(text).toContain(`posts_api_reads_total{strategy="cache-aside",outcome="miss"} ${misses}`)
    expect(text).toContain(`posts_api_loads_total{strategy="cache-aside"} ${loads}`)
    expect(text).toContain('posts_api_evictions_total{strategy="cache-aside"} 0')
    expect(text).toMatch(/posts_api_database_connections\{state="total"\} \d/)
    expect(text).toContain('process_cpu_seconds_total')
  })
})

/** On a busy machine. */
const WITHIN = { timeout: 10_000 }

describe('an unreachable database', () => {
  it('is answered with 503 and Retry-After, counted, not cached, and reported by /readyz', async () => {
    const away = await testApi({ posts: 1 })
    await away.request('/api/posts/1?strategy=stampede-lock')
    const gone = (callback?: (error: Error) => void) => {
      const refused = Object.assign(new Error('connect ECONNREFUSED 10.9.8.7:5432'), { code: 'ECONNREFUSED' })
      return callback ? callback(refused) : Promise.reject(refused)
    }
    const { connect } = away.database.pool
    Object.assign(away.database.pool, { connect: gone })
    const hit = await away.request('/api/posts/1?strategy=stampede-lock')
    expect([hit.status, hit.headers.get('X-Cache')]).toEqual([200, 'HIT'])
    const miss = await away.request('/api/posts/2?strategy=stampede-lock')
    expect([miss.status, miss.headers.get('Retry-After')]).toEqual([503, '1'])
    expect(await miss.text()).not.toContain('10.9.8.7')
    expect((await away.send('PATCH', '/api/posts/1?strategy=stampede-lock', { title: 'x' })).status).toBe(503)
    expect(away.instances.named('stampede-lock').counters.snapshot()).toMatchObject({
      reads: 2,
      failedReads: 1,
      writes: 0,
    })
    Object.assign(away.database.pool, { connect })
    expect((await away.request('/api/posts/2?strategy=stampede-lock')).status).toBe(404)
    expect((await away.request('/readyz')).status).toBe(200)
    await away.close()
    const ready = await away.request('/readyz')
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { status: 'not ready', parts: { database: 'down' } },
    ])
  })
})

describe('a failed refresh', () => {
  const name = 'stale-while-revalidate'

  it.each([
    ['/api/posts/1', 'post:1'],
    ['/posts', 'page:/posts'],
  ])('of %s is counted, reported to Prometheus and logged, and its readers are answered', async (path, key) => {
    const lines: Record<string, unknown>[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const failing = await testApi({ posts: 1, logger })
    const { counters, schema } = failing.instances.named(name)
    const url = `${path}?strategy=${name}${path === '/posts' ? '&layer=page' : ''}`
    await failing.send('PATCH', `/api/strategies/${name}`, { ttlMs: 1 })
    expect((await failing.request(url)).headers.get('X-Cache') ?? 'MISS').toBe('MISS')
    await failing.database.pool.query(`ALTER TABLE ${schema}.posts RENAME TO away`)
    try {
      await vi.waitFor(async () => {
        expect((await failing.request(url)).status).toBe(200)
        // Otherwise the next refresh would find the lease held, and not fail.
        await vi.waitFor(() => expect(counters.counts.refreshes).toBe(counters.counts.failedRefreshes), WITHIN)
        // A new cache over the same store: earlier counts must remain.
        await failing.send('PATCH', `/api/strategies/${name}`, { ttlMs: 1 })
        expect(counters.counts.failedRefreshes).toBeGreaterThan(2)
      }, WITHIN)
      const { refreshes, failedRefreshes } = counters.counts
      expect(counters.counts).toMatchObject({ misses: 1, failedReads: 0, errors: 0 })
      expect(lines).toMatchObject([
        { level: 40, strategy: name, key: expect.stringContaining(key), err: { message: expect.any(String) } },
      ])
      expect(JSON.stringify(lines)).toContain('does not exist')
      const text = await (await failing.request('/metrics')).text()
      const shown = (metric: string) =>
        Number(new RegExp(`^${metric}\\{strategy="${name}"\\} (\\d+)`, 'm').exec(text)?.[1])
      expect(shown('posts_api_failed_refreshes_total')).toBe(failedRefreshes)
      expect(shown('posts_api_refreshes_total')).toBe(refreshes)
      expect(await statsOfApi(failing, name)).toMatchObject({ refreshes, failedRefreshes })
    } finally {
      await failing.close()
    }
  })

  it('does not count as a failed read, but a page that cannot be made does', async () => {
    const failing = await testApi({ posts: 1, store: 'memory' })
    const { counters, schema } = failing.instances.named(name)
    await failing.database.pool.query(`ALTER TABLE ${schema}.posts RENAME TO away`)
    expect((await failing.request(`/posts?strategy=${name}&layer=page`)).status).toBe(500)
    expect(counters.snapshot()).toMatchObject({ reads: 0, failedReads: 1, failedRefreshes: 0 })
    await failing.close()
  })
})

it('warming counts stale entries as found', async () => {
  const strategy = 'stale-while-revalidate'
  await api.send('PATCH', `/api/strategies/${strategy}`, { ttlMs: 1 })
  const warm = async () => {
    const answer = await (await api.send('POST', '/api/cache/warm', { strategy, ids: [1] })).json()
    const { loaded, found } = (answer as { strategies: [{ loaded: number; found: number }] }).strategies[0]
    return { loaded, found }
  }
  expect(await warm()).toEqual({ loaded: 2, found: 0 })
  await vi.waitFor(async () => {
    const { stale } = await statsOf(strategy)
    await api.request(`/api/posts/1?strategy=${strategy}`)
    expect((await statsOf(strategy)).stale! - stale!).toBe(1)
  }, WITHIN)
  expect(await warm()).toEqual({ loaded: 0, found: 2 })
})

describe('too many posts for one answer', () => {
  it('are refused with a hint at limit, and pages are still served', async () => {
    const many = await testApi({ posts: 0, store: 'memory' })
    const asked = ['cache-aside', 'no-cache'] as const
    const schemas = asked.map((name) => many.instances.named(name).schema)
    await loadPosts(many.database, schemas, { count: 50_001 })
    const list = await many.request('/api/posts')
    expect([list.status, ((await list.json()) as { detail: string }).detail]).toEqual([
      400,
      expect.stringContaining('limit'),
    ])
    await many.request('/api/posts?strategy=no-cache')
    for (const name of asked) {
      expect(many.instances.named(name).counters.snapshot()).toMatchObject({ reads: 0, failedReads: 0, loads: 0 })
    }
    const warmed = await many.send('POST', '/api/cache/warm', { strategy: 'cache-aside', ids: [] })
    expect(await warmed.json()).toMatchObject({ strategies: [{ loaded: 0, skipped: 1 }] })
    expect((await many.request('/api/posts?limit=1000&after=49500')).status).toBe(200)
    await many.close()
  }, 60_000)
})
