/** `GET /api/posts?ids=…`: several posts in one answer, each under the same key as by itself. */
import { peerNames } from 'peers'
import type { Post } from 'posts-db'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const check = openApiCheck(openApiDocument())
const postsOf = async (answer: Response) => (await answer.json()) as Post[]

describe.each([
  { store: 'redis', peers: peerNames },
  { store: 'memcached', peers: [] },
  { store: 'memory', peers: [] },
] as const)('on the $store store', ({ store, peers }) => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store, posts: 20, peers: peers.length > 0 })
  })
  afterAll(() => api.close())

  describe.each([...strategyNames, ...peers])('%s', (strategy) => {
    const isPeer = strategy.startsWith('peer:')
    const keeps = strategy !== 'no-cache'
    const [first, later] = keeps ? ['MISS', 'HIT'] : ['BYPASS', 'BYPASS']
    const isExpireOnly = strategy === 'cache-aside' || strategy === 'always-hit'
    const ask = (ids: string, init = {}) => api.request(`/api/posts?ids=${ids}&strategy=${strategy}`, init)
    const one = (id: number) => api.request(`/api/posts/${id}?strategy=${strategy}`)

    it('answers those that exist, in the order asked, each once, from the origin and then from the cache', async () => {
      for (const cached of [first, later]) {
        const answer = await ask('3,1,4040,3,2')
        expect(await check('GET', '/api/posts', answer.clone())).toEqual([])
        expect([answer.status, answer.headers.get('X-Cache')]).toEqual([200, cached])
        expect((await postsOf(answer)).map(({ id }) => id)).toEqual([3, 1, 2])
      }
      expect(await (await ask('4041')).text()).toBe('[]')
    })

    it('has the bytes of the single posts, and shares their entries, also those of absent posts', async () => {
      const single = [await one(5), await one(6)]
      expect(single.map(({ headers }) => headers.get('X-Cache'))).toEqual([first, first])
      const both = await ask('5,6')
      expect(both.headers.get('X-Cache')).toBe(later)
      expect(await both.text()).toBe(`[${await single[0]!.text()},${await single[1]!.text()}]`)
      await ask('7,4042')
      const [found, absent] = [await one(7), await one(4042)]
      expect([found.status, found.headers.get('X-Cache')]).toEqual([200, later])
      expect([absent.status, absent.headers.get('X-Cache')]).toEqual([404, later])
    })

    it('is current after a write of one of them, which leaves the others cached', async () => {
      await ask('8,9')
      await api.send('PATCH', `/api/posts/9?strategy=${strategy}`, { title: 'New' })
      const answer = await ask('8,9')
      const version = isExpireOnly ? 1 : 2
      expect(await postsOf(answer)).toMatchObject([
        { id: 8, version: 1 },
        { id: 9, version },
      ])
      expect(Number(answer.headers.get('X-Stale-Ms')) > 0).toBe(isExpireOnly)
      expect((await one(8)).headers.get('X-Cache')).toBe(later)
      if (isExpireOnly) return
      await api.send('DELETE', `/api/posts/8?strategy=${strategy}`)
      expect(await postsOf(await ask('8,9'))).toMatchObject([{ id: 9, version }])
    })

    it('loads all that miss by one query', async () => {
      const { posts } = api.instances.named(strategy)
      const byIds = vi.spyOn(posts, 'byIds')
      await one(10)
      await ask('10,11,12,13')
      const asked = byIds.mock.calls.map(([ids]) => ids)
      byIds.mockRestore()
      // The other libraries load each key by itself.
      if (isPeer) expect(asked).toEqual([[11], [12], [13]])
      else expect(asked).toEqual([keeps ? [11, 12, 13] : [10, 11, 12, 13]])
    })

    it('counts each post as a read, and one load for all that miss', async () => {
      await api.send('POST', '/api/stats/reset', { strategy })
      await ask('14,15,14')
      const misses = isPeer ? 2 : 1
      const { counters } = api.instances.named(strategy)
      expect(counters.snapshot()).toMatchObject({ reads: 2, loads: misses, latencyMs: { all: { count: 2 } } })
    })

    it('has an ETag that depends on its posts and their order: 304 while none has changed', async () => {
      const answer = await ask('16,17')
      const etag = answer.headers.get('ETag')!
      const known = { headers: { 'If-None-Match': etag } }
      expect((await ask('16,17', known)).status).toBe(304)
      expect((await ask('16,16,17', known)).status).toBe(304)
      for (const ids of ['17,16', '16', '16,17,18']) expect([ids, (await ask(ids, known)).status]).toEqual([ids, 200])
      const head = await ask('16,17', { method: 'HEAD' })
      expect([head.status, await head.text(), head.headers.get('ETag')]).toEqual([200, '', etag])
    })
  })
})

describe('under cache-aside', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ posts: 120 })
  })
  afterAll(() => api.close())

  it('takes 100 ids in one round trip to Redis', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => 100 - i)
    const path = `/api/posts?ids=${ids}`
    expect((await postsOf(await api.request(path))).map(({ id }) => id)).toEqual(ids)
    const sent = vi.spyOn(api.redis!, 'sendCommand')
    const hit = await api.request(path)
    const names = sent.mock.calls.map(([{ name }]) => name)
    sent.mockRestore()
    expect([hit.headers.get('X-Cache'), names]).toEqual(['HIT', ['mget']])
  })

  it('answers as weakly as its weakest part: outcome, age and freshness', async () => {
    await api.send('PATCH', '/api/strategies/cache-aside', { ttlMs: 5_000 })
    await api.request('/api/posts/110')
    await api.send('PATCH', '/api/strategies/cache-aside', { ttlMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const mixed = await api.request('/api/posts?ids=110,111')
    expect(mixed.headers.get('X-Cache')).toBe('MISS')
    expect(mixed.headers.get('Cache-Status')).toBe('cache-core; fwd=uri-miss; stored')
    const hit = await api.request('/api/posts?ids=111,110')
    const age = Number(hit.headers.get('Age'))
    expect(age).toBeGreaterThanOrEqual(1)
    expect(Number(/^max-age=(\d+)$/.exec(hit.headers.get('Cache-Control')!)![1]) - age).toBeLessThanOrEqual(3)
    expect(Number(/^cache-core; hit; ttl=(\d+)$/.exec(hit.headers.get('Cache-Status')!)![1])).toBeLessThanOrEqual(3)
  })

  it.each([
    ['ids=', /^ids is ""; give 1 to 100 whole numbers from 1 to 9007199254740991, separated by commas, as in 1,2,3$/],
    ['ids=0', /^ids is "0"; give/],
    ['ids=1,', /^ids is "1,"; give/],
    ['ids=1,x', /^ids is "1,x"; give/],
    ['ids=1,-2', /^ids is "1,-2"; give/],
    ['ids=1,%202', /^ids is "1, 2"; give/],
    ['ids=01', /^ids is "01"; give/],
    ['ids=9007199254740992', /^ids is "9007199254740992"; give/],
    [`ids=${Array.from({ length: 101 }, (_, i) => i + 1)}`, /^ids is "1,2,.*…", 101 ids; give at most 100$/],
    ['ids=1&ids=2', /^ids is given twice/],
    ['ids=1,2&limit=5', /^ids is "1,2"; give either ids or a page, with limit and after$/],
    ['ids=1&limit=5&after=1', /^ids is "1"; give either ids or a page/],
    ['ids=1&after=1', /^ids is "1"; give either ids or a page/],
  ])('refuses %s', async (query, detail) => {
    const answer = await api.request(`/api/posts?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(detail) })
    expect(await check('GET', '/api/posts', await api.request(`/api/posts?${query}`))).toEqual([])
  })

  it('takes ids that cannot exist, encoded commas, and more than 100 of which 100 differ', async () => {
    const ids = async (query: string) =>
      (await postsOf(await api.request(`/api/posts?ids=${query}`))).map(({ id }) => id)
    expect(await ids('2,9007199254740991,2147483648')).toEqual([2])
    expect(await ids('3%2C4')).toEqual([3, 4])
    expect(await ids('5,'.repeat(500).slice(0, -1))).toEqual([5])
  })
})
