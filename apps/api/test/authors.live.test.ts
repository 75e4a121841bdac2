/** `GET /api/authors` under every strategy: cached like a list of all posts, with an expensive load. */
import type { AuthorReport } from 'posts-db'
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

describe.each(['redis', 'memory'] as const)('on the %s store', (store) => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store })
  })
  afterAll(() => api.close())

  const reportOf = async (answer: Response) => (await answer.json()) as AuthorReport[]
  const postsIn = (report: readonly AuthorReport[]) => report.reduce((sum, { posts }) => sum + posts, 0)

  describe.each(strategyNames)('%s', (strategy) => {
    const path = `/api/authors?strategy=${strategy}`
    const keeps = strategy !== 'no-cache'
    const isExpireOnly = strategy === 'cache-aside' || strategy === 'always-hit'
    const [first, later] = keeps ? ['MISS', 'HIT'] : ['BYPASS', 'BYPASS']
    const post = { title: 'T', content: 'three more words', author: `Author of ${strategy}` }

    it('serves the report from the origin, then from the cache, with the same bytes and ETag', async () => {
      const one = await api.request(path)
      const two = await api.request(`/api/authors/?strategy=${strategy}`)
      expect([one.status, one.headers.get('X-Cache'), two.headers.get('X-Cache')]).toEqual([200, first, later])
      for (const name of READ_HEADERS) expect(one.headers.get(name), name).toBeTruthy()
      expect([one.headers.get('X-Stale-Ms'), one.headers.get('Link')]).toEqual(['0', null])
      expect(two.headers.get('ETag')).toBe(one.headers.get('ETag'))
      const report = await reportOf(one.clone())
      expect([postsIn(report), report.length > 1]).toEqual([20, true])
      expect(await two.text()).toBe(await one.text())
    })

    it('answers 304 to a client that already has it', async () => {
      const etag = (await api.request(path)).headers.get('ETag')!
      const answer = await api.request(path, { headers: { 'If-None-Match': etag } })
      expect([answer.status, await answer.text()]).toEqual([304, ''])
      for (const name of READ_HEADERS) expect(answer.headers.get(name), name).toBeTruthy()
    })

    it('is invalidated by a write, or reports its staleness', async () => {
      await api.request(path)
      const created = await api.send('POST', `/api/posts?strategy=${strategy}`, post)
      const read = await api.request(path)
      expect(read.headers.get('X-Cache')).toBe(isExpireOnly ? 'HIT' : first)
      expect(Number(read.headers.get('X-Stale-Ms')) > 0).toBe(isExpireOnly)
      const theirs = (await reportOf(read)).find(({ author }) => author === post.author)
      if (isExpireOnly) expect(theirs).toBeUndefined()
      else expect(theirs).toMatchObject({ posts: 1, words: 3, longestPost: { title: 'T', words: 3 } })

      const { id } = (await created.json()) as { id: number }
      for (const write of [
        () => api.send('PATCH', `/api/posts/${id}?strategy=${strategy}`, { content: 'two words' }),
        () => api.send('DELETE', `/api/posts/${id}?strategy=${strategy}`),
      ]) {
        await write()
        await api.drained(strategy)
        expect((await api.request(path)).headers.get('X-Cache')).toBe(isExpireOnly ? 'HIT' : first)
      }
    })

    it('shows a write around the cache within 1 s, if that is guaranteed', async () => {
      const before = postsIn(await reportOf(await api.request(path)))
      await api.send('POST', `/api/posts?strategy=${strategy}&write=direct`, post)
      const read = async () => postsIn(await reportOf(await api.request(path)))
      if (strategiesWithOutbox.includes(strategy) || !keeps) {
        await expect.poll(read, { timeout: 1_000, interval: 20 }).toBe(before + 1)
      } else {
        expect(await read()).toBe(before)
        expect(Number((await api.request(path)).headers.get('X-Stale-Ms'))).toBeGreaterThan(0)
      }
    })
  })

  it('is invalidated by its key and by the tag of lists', async () => {
    const path = '/api/authors?strategy=stampede-lock'
    for (const what of [{ keys: ['authors'] }, { tags: ['posts'] }]) {
      await api.request(path)
      await api.send('POST', '/api/cache/invalidate', { strategy: 'stampede-lock', ...what })
      const caches = [await api.request(path), await api.request(path)].map(({ headers }) => headers.get('X-Cache'))
      expect(caches).toEqual(['MISS', 'HIT'])
    }
  })

  it('counts a load, without the added delay of posts', async () => {
    const strategy = 'no-cache'
    await api.send('PATCH', `/api/strategies/${strategy}`, { originDelayMs: 2_000 })
    await api.send('POST', '/api/stats/reset', { strategy })
    const answer = await api.request(`/api/authors?strategy=${strategy}`)
    expect(Number(/origin;dur=([\d.]+)/.exec(answer.headers.get('Server-Timing')!)![1])).toBeLessThan(2_000)
    expect(api.instances.named(strategy).counters.snapshot()).toMatchObject({ reads: 1, bypassed: 1, loads: 1 })
    await api.send('PATCH', `/api/strategies/${strategy}`, { originDelayMs: 0 })
  })
})

describe('the rest of the contract', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store: 'memory', posts: 0 })
  })
  afterAll(() => api.close())

  it('answers an empty list without posts', async () => {
    const answer = await api.request('/api/authors')
    expect([answer.status, await answer.text()]).toEqual([200, '[]'])
  })

  it.each([
    ['?limit=1', 'unknown-parameter'],
    ['?strategy=cache-aside&after=1', 'unknown-parameter'],
    ['?strategy=no-cache&strategy=no-cache', 'repeated-parameter'],
    ['?strategy=nope', 'unknown-strategy'],
  ])('refuses %s', async (query, code) => {
    const answer = await api.request(`/api/authors${query}`)
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ type: `urn:problem:${code}` }),
    ])
  })

  it('refuses other methods', async () => {
    const answer = await api.send('POST', '/api/authors', {})
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('is listed on the index page', async () => {
    expect(await (await api.request('/')).text()).toContain('<a href="/api/authors">')
  })
})
