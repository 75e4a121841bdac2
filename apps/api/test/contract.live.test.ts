import { sql } from 'kysely'
import { startRedis } from 'local-servers'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strategiesWithOutbox } from '../src/strategies/outboxes.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const READ_HEADERS = [
  'X-Cache',
  'X-Cache-Strategy',
  'Cache-Status',
  'Cache-Control',
  'Age',
  'ETag',
  'Server-Timing',
  'X-Stale-Ms',
]
const whole = { title: 'A title', content: 'Some content: äöü', author: 'Somebody' }

describe.each(['redis', 'memcached', 'memory'] as const)('on the %s store', (store) => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store })
  })
  afterAll(() => api.close())

  describe.each(strategyNames)('%s', (strategy) => {
    const q = `?strategy=${strategy}`
    const keeps = strategy !== 'no-cache'
    const [first, later] = keeps ? ['MISS', 'HIT'] : ['BYPASS', 'BYPASS']
    const isCeiling = strategy === 'always-hit'
    const isExpireOnly = strategy === 'cache-aside' || isCeiling
    const delivers = strategiesWithOutbox.includes(strategy)
    const fillsOnWrite = strategy.endsWith('write-through') || (store === 'redis' && strategy === 'write-behind')
    const cacheOf = async (path: string) => (await api.request(path)).headers.get('X-Cache')

    it('serves a post from the origin, then from the cache, with the same bytes and ETag', async () => {
      const one = await api.request(`/api/posts/1${q}`)
      const two = await api.request(`/api/posts/1${q}`)
      expect([one.status, one.headers.get('X-Cache'), two.headers.get('X-Cache')]).toEqual([200, first, later])
      expect(two.headers.get('ETag')).toBe(one.headers.get('ETag'))
      const body = await one.text()
      expect(await two.text()).toBe(body)
      expect(JSON.parse(body)).toMatchObject({ id: 1, version: 1 })
      for (const name of READ_HEADERS) expect(one.headers.get(name), name).toBeTruthy()
      expect(one.headers.get('X-Cache-Strategy')).toBe(strategy)
    })

    it('serves the whole list and pages, which a write invalidates', async () => {
      const list = await api.request(`/api/posts${q}`)
      expect(((await list.json()) as { id: number }[]).map(({ id }) => id)).toContain(20)
      const page = await api.request(`/api/posts?limit=2&after=3&strategy=${strategy}`)
      expect(((await page.json()) as { id: number }[]).map(({ id }) => id)).toEqual([4, 5])
      expect(page.headers.get('Link')).toBe(`</api/posts?limit=2&after=5&strategy=${strategy}>; rel="next"`)
      expect(await cacheOf(`/api/posts${q}`)).toBe(later)
      await api.send('PATCH', `/api/posts/4${q}`, { title: `Other ${strategy}` })
      await api.drained(strategy)
      expect(await cacheOf(`/api/posts${q}`)).toBe(isExpireOnly ? 'HIT' : first)
      const changed = await api.request(`/api/posts?limit=2&after=3&strategy=${strategy}`)
      expect((await changed.text()).includes(`Other ${strategy}`)).toBe(!isExpireOnly)
    })

    it('caches absence too, and answers 404 with the same headers', async () => {
      await api.request(`/api/posts/4040${q}`)
      const absent = await api.request(`/api/posts/4040${q}`)
      expect([absent.status, absent.headers.get('X-Cache')]).toEqual([404, later])
      expect(absent.headers.get('Content-Type')).toBe('application/problem+json')
      for (const name of READ_HEADERS) expect(absent.headers.get(name), name).toBeTruthy()
    })

    it('is current after an acknowledged write, unless nothing is ever invalidated', async () => {
      await api.request(`/api/posts/6${q}`)
      const written = await api.send('PATCH', `/api/posts/6${q}`, { title: 'New' })
      expect(written.status).toBe(200)
      expect(await written.json()).toMatchObject({ id: 6, title: 'New', version: 2 })
      const read = await api.request(`/api/posts/6${q}`)
      const { readAfterWriteOf, breaks } = api.instances.named(strategy).describe().promise
      // A naive form guarantees nothing, but is current without a race.
      const isCurrent = readAfterWriteOf !== 'none' || (breaks !== undefined && !isCeiling)
      expect(isCurrent).toBe(!isExpireOnly)
      expect(await read.json()).toMatchObject({ version: isCurrent ? 2 : 1 })
      expect(Number(read.headers.get('X-Stale-Ms')) > 0).toBe(!isCurrent)
      expect(read.headers.get('X-Cache')).toBe(fillsOnWrite || isExpireOnly ? 'HIT' : first)
    })

    it('creates, replaces and deletes, and names the copy written', async () => {
      const created = await api.send('POST', `/api/posts${q}`, whole)
      expect(created.status).toBe(201)
      const { id } = (await created.clone().json()) as { id: number }
      expect(await created.json()).toMatchObject({ ...whole, version: 1 })
      expect(created.headers.get('Location')).toBe(`/api/posts/${id}`)
      expect(created.headers.get('X-Posts-Copy')).toMatch(new RegExp(`${strategy.replaceAll('-', '_')}$`))
      expect(created.headers.get('X-Write-Ack')).toBe('database')
      expect((await api.request(`/api/posts/${id}${q}`)).headers.get('ETag')).toBe(created.headers.get('ETag'))

      const replaced = await api.send('PUT', `/api/posts/${id}${q}`, { ...whole, title: 'Again' })
      expect(await replaced.json()).toMatchObject({ id, title: 'Again', version: 2 })
      const deleted = await api.send('DELETE', `/api/posts/${id}${q}`)
      expect([deleted.status, await deleted.text()]).toEqual([204, ''])
      expect((await api.request(`/api/posts/${id}${q}`)).status).toBe(isExpireOnly ? 200 : 404)
      for (const [method, body] of [['PUT', whole], ['PATCH', { title: 'x' }], ['DELETE']] as const) {
        expect((await api.send(method, `/api/posts/${id}${q}`, body)).status, method).toBe(404)
      }
    })

    it('writes around the cache with ?write=direct, and is current within 1 s if that is guaranteed', async () => {
      await api.request(`/api/posts/7${q}`)
      await api.send('PATCH', `/api/posts/7${q}&write=direct`, { title: 'Behind its back' })
      const readVersion = async () => {
        const read = await api.request(`/api/posts/7${q}`)
        const { version } = (await read.json()) as { version: number }
        // A stale answer is marked as such.
        expect(Number(read.headers.get('X-Stale-Ms')) > 0).toBe(version === 1)
        return version
      }
      if (delivers || !keeps) await expect.poll(readVersion, { timeout: 1_000, interval: 20 }).toBe(2)
      else expect(await readVersion()).toBe(1)
    })

    it('answers 304 to a client that already has it, and HEAD without a body', async () => {
      const etag = (await api.request(`/api/posts/8${q}`)).headers.get('ETag')!
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const answer = await api.request(`/api/posts/8${q}`, { headers: { 'If-None-Match': known } })
        expect([known, answer.status, await answer.text()]).toEqual([known, 304, ''])
        for (const name of READ_HEADERS) expect(answer.headers.get(name), name).toBeTruthy()
      }
      expect((await api.request(`/api/posts/8${q}`, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
      const absent = await api.request(`/api/posts/4040${q}`, { headers: { 'If-None-Match': '*' } })
      expect(absent.status).toBe(404)
      const head = await api.request(`/api/posts/8${q}`, { method: 'HEAD' })
      expect([head.status, await head.text(), head.headers.get('ETag')]).toEqual([200, '', etag])
    })

    it('lets clients keep an answer while its entry is fresh, or makes them revalidate if reads are current', async () => {
      const isCurrent = !isExpireOnly && !strategy.startsWith('naive-')
      const etag = (await api.request(`/api/posts/10${q}`)).headers.get('ETag')!
      const known = { headers: { 'If-None-Match': etag } }
      for (const [path, init, status, leftMs] of [
        ['/api/posts/10', {}, 200, 60_000],
        ['/api/posts/10', known, 304, 60_000],
        ['/api/posts', {}, 200, 60_000],
        ['/api/posts/4042', {}, 404, 6_000],
        ['/api/authors', {}, 200, 60_000],
      ] as const) {
        const askedAt = performance.now()
        const { headers, status: answered } = await api.request(`${path}${q}`, init)
        const tookSeconds = (performance.now() - askedAt) / 1_000
        expect([path, answered]).toEqual([path, status])
        const control = headers.get('Cache-Control')!
        if (isCurrent) {
          expect(control).toBe('no-cache')
          continue
        }
        if (isCeiling) {
          // It never expires, so clients must not store it.
          expect(control).toBe('no-store')
          continue
        }
        const left = Number(/^max-age=(\d+)$/.exec(control)![1]) - Number(headers.get('Age'))
        expect(left).toBeLessThanOrEqual(leftMs / 1_000)
        // Other tests may have read these entries before. A slow machine reduces the remaining time.
        expect(left, path).toBeGreaterThan(leftMs === 60_000 ? 0 : leftMs / 1_000 - 3 - tookSeconds)
      }
    })

    it('counts every read once', async () => {
      await api.send('POST', '/api/stats/reset', { strategy })
      const calls = ['/api/posts/9', '/api/posts/9', '/api/posts/4041', '/api/posts/9/', '/api/posts']
      for (const path of calls) await api.request(`${path}${q}`)
      await api.request(`/api/posts/9${q}`, { headers: { 'If-None-Match': '*' } })
      await api.request(`/api/posts/0${q}`)
      const { strategies } = (await (await api.request('/api/stats')).json()) as { strategies: Record<string, never> }
      const stats = strategies[strategy]! as Record<string, number> & { latencyMs: { all: { count: number } } }
      expect(stats.reads).toBe(6)
      expect(stats.hits! + stats.stale! + stats.misses! + stats.collapsed! + stats.bypassed!).toBe(6)
      expect(stats.latencyMs.all.count).toBe(6)
      if (!keeps) expect([stats.bypassed, stats.loads]).toEqual([6, 6])
    })
  })

  it('gives equal bodies equal ETags under every strategy', async () => {
    const etags = await Promise.all(
      strategyNames.map(async (name) => (await api.request(`/api/posts/19?strategy=${name}`)).headers.get('ETag')),
    )
    expect(new Set(etags).size).toBe(1)
  })

  it('walks all pages, each post once', async () => {
    const seen: number[] = []
    let path: string | undefined = '/api/posts?limit=7'
    while (path !== undefined) {
      const page: Response = await api.request(path)
      seen.push(...((await page.json()) as { id: number }[]).map(({ id }) => id))
      path = /<([^>]+)>/.exec(page.headers.get('Link') ?? '')?.[1]
    }
    const all = (await (await api.request('/api/posts?strategy=cache-aside')).json()) as { id: number }[]
    expect(seen.length).toBeGreaterThanOrEqual(all.length)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  })

  it('misses again once the TTL has passed, with the TTL tuned at run time', async () => {
    const tuned = await api.send('PATCH', '/api/strategies/cache-aside', { ttlMs: 40, originDelayMs: 1 })
    expect(await tuned.json()).toMatchObject({ tuning: { ttlMs: 40, originDelayMs: 1 } })
    const path = '/api/posts/15?strategy=cache-aside'
    expect((await api.request(path)).headers.get('X-Cache')).toBe('MISS')
    await expect.poll(async () => (await api.request(path)).headers.get('X-Cache'), { interval: 60 }).toBe('MISS')
    await api.send('PATCH', '/api/strategies/cache-aside', { ttlMs: 60_000, originDelayMs: 0 })
  })

  it('refuses settings that the strategy does not have, and changes nothing', async () => {
    for (const [name, change] of [
      ['no-cache', { ttlMs: 5 }],
      ['cache-aside', { ttlMs: 5, beta: 1 }],
      ['stampede-lock', { staleMs: 5 }],
    ] as const) {
      const before = JSON.stringify(api.instances.named(name).tuning)
      const answer = await api.send('PATCH', `/api/strategies/${name}`, change)
      expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
        400,
        expect.stringMatching(/tunable here: .*originDelayMs/),
      ])
      expect(JSON.stringify(api.instances.named(name).tuning)).toBe(before)
    }
  })

  it('invalidates by key, by tag and everything, and warms without counting reads', async () => {
    const path = '/api/posts/11?strategy=stampede-lock'
    const list = '/api/posts?limit=3&strategy=stampede-lock'
    const cacheOf = async (what: string) => (await api.request(what)).headers.get('X-Cache')
    const invalidate = (body: object) =>
      api.send('POST', '/api/cache/invalidate', { strategy: 'stampede-lock', ...body })
    await cacheOf(path)
    await cacheOf(list)
    expect((await invalidate({ keys: ['post:11'] })).status).toBe(200)
    expect([await cacheOf(path), await cacheOf(list)]).toEqual(['MISS', 'HIT'])
    await invalidate({ tags: ['posts'] })
    expect([await cacheOf(path), await cacheOf(list)]).toEqual(['HIT', 'MISS'])
    await invalidate({ all: true })
    await api.send('POST', '/api/stats/reset', {})
    const warmed = await api.send('POST', '/api/cache/warm', { strategy: 'stampede-lock', ids: [11, 12] })
    expect(await warmed.json()).toMatchObject({ strategies: [{ name: 'stampede-lock', loaded: 3, found: 0 }] })
    expect(api.instances.named('stampede-lock').counters.snapshot()).toMatchObject({ reads: 0, loads: 3, fills: 3 })
    expect([await cacheOf(path), await cacheOf(list)]).toEqual(['HIT', 'MISS'])
  })

  it('warms each post once', async () => {
    await api.send('POST', '/api/cache/invalidate', { all: true })
    const body = { strategy: 'stampede-lock', ids: [13, 14, 13, 13] }
    const first = await api.send('POST', '/api/cache/warm', body)
    expect(await first.json()).toMatchObject({ strategies: [{ loaded: 3, found: 0, bypassed: 0 }] })
    const again = await api.send('POST', '/api/cache/warm', body)
    expect(await again.json()).toMatchObject({ strategies: [{ loaded: 0, found: 3, bypassed: 0 }] })
  })

  it('forgets acknowledged writes when everything is invalidated, also if nothing is kept', async () => {
    const path = '/api/posts/16?strategy=no-cache'
    await api.send('PATCH', path, { title: 'Before the reload' })
    const { schema } = api.instances.named('no-cache')
    const posts = sql.id(schema, 'posts')
    await sql`delete from ${posts} where id = 16`.execute(api.database.kysely)
    await sql`insert into ${posts} (id, title, content, author) values (16, 'Reloaded', '', 'x')`.execute(
      api.database.kysely,
    )
    expect(Number((await api.request(path)).headers.get('X-Stale-Ms'))).toBeGreaterThan(0)
    await api.send('POST', '/api/cache/invalidate', { all: true })
    expect((await api.request(path)).headers.get('X-Stale-Ms')).toBe('0')
  })
})

describe('with an unreachable Redis', () => {
  it('warming reports that nothing was kept', async () => {
    const redis = await startRedis()
    const api = await testApi({ store: { redisUrl: redis.url } })
    await redis.kill()
    const warmed = await api.send('POST', '/api/cache/warm', { strategy: 'cache-aside', ids: [1, 2] })
    expect(await warmed.json()).toMatchObject({ strategies: [{ loaded: 0, found: 0, bypassed: 3 }] })
    await api.close()
  })
})
