/** With PEERS=1, other libraries serve the same routes; without it, they are unknown. */
import { createScratchDatabase, type ScratchDatabase } from 'local-servers'
import { peerNames } from 'peers'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openApiDocument } from '../src/openapi/document.ts'
import { openApiCheck } from './support/openapi-check.ts'
import { startApi } from './support/start-api.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const json = async (answer: Response) => (await answer.json()) as never

describe('with PEERS=1', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ peers: true, posts: 12 })
  })
  afterAll(() => api.close())

  it('lists them after the named strategies, as documented', async () => {
    const answer = await api.request('/api/strategies')
    const listed = (await answer.clone().json()) as { name: string }[]
    expect(listed.map(({ name }) => name)).toEqual([...strategyNames, ...peerNames])
    expect(listed.at(-5)).toMatchObject({
      name: 'peer:bentocache',
      store: 'redis',
      read: 'getOrSet',
      write: 'delete, deleteByTag',
      promise: {
        staleForAtMostMs: 60_000,
        readAfterWrite: false,
        readAfterWriteOf: 'none',
        where: 'every process',
        loadsPerExpiry: { atMost: 1, per: 'read' },
        mayLoseWrites: false,
      },
      tuning: { ttlMs: 60_000, originDelayMs: 0 },
    })
    expect(await openApiCheck(openApiDocument())('GET', '/api/strategies', answer)).toEqual([])
  })

  describe.each(peerNames)('%s', (name) => {
    const ask = (path: string, query = '') => api.request(`${path}?strategy=${name}${query}`)
    const send = (method: string, path: string, body?: unknown) => api.send(method, `${path}?strategy=${name}`, body)

    it('answers like the strategies', async () => {
      for (const [path, query] of [
        ['/api/posts/1', ''],
        ['/api/posts', ''],
        ['/api/posts', '&limit=5&after=5'],
      ] as const) {
        const miss = await ask(path, query)
        const hit = await ask(path, query)
        const ours = await api.request(`${path}?strategy=no-cache${query}`)
        expect([miss, hit].map(({ headers }) => headers.get('X-Cache'))).toEqual(['MISS', 'HIT'])
        expect(hit.headers.get('X-Cache-Strategy')).toBe(name)
        expect(hit.headers.get('Cache-Status')).toContain(`${name.slice('peer:'.length)}; hit; ttl=`)
        expect(hit.headers.get('ETag')).toBe(miss.headers.get('ETag'))
        expect(hit.headers.get('ETag')).toBe(ours.headers.get('ETag'))
        const [missed, found, expected] = await Promise.all([miss.text(), hit.text(), ours.text()])
        expect([missed, found]).toEqual([expected, expected])
      }
    })

    it('caches the absence of a post, and shows the post once it exists', async () => {
      expect([(await ask('/api/posts/999')).status, (await ask('/api/posts/999')).headers.get('X-Cache')]).toEqual([
        404,
        'HIT',
      ])
      const created = await send('POST', '/api/posts', { title: 'New', content: 'x', author: 'y' })
      const location = created.headers.get('Location')!
      expect([created.status, created.headers.get('X-Posts-Copy')]).toEqual([201, expect.stringContaining('peer_')])
      expect(await json(await ask(location))).toMatchObject({ title: 'New', version: 1 })
      expect((await send('DELETE', location)).status).toBe(204)
      expect((await ask(location)).status).toBe(404)
    })

    it('deletes the post and the list on a write', async () => {
      await Promise.all([ask('/api/posts/2'), ask('/api/posts')])
      expect((await send('PATCH', '/api/posts/2', { title: 'Changed' })).status).toBe(200)
      const post = await ask('/api/posts/2')
      expect([post.headers.get('X-Cache'), post.headers.get('X-Stale-Ms')]).toEqual(['MISS', '0'])
      expect(await json(post)).toMatchObject({ title: 'Changed' })
      expect(await (await ask('/api/posts')).text()).toContain('Changed')
    })

    it('reports its staleness after a write around the cache', async () => {
      await ask('/api/posts/3')
      await api.send('PATCH', `/api/posts/3?strategy=${name}&write=direct`, { title: 'Around' })
      const old = await ask('/api/posts/3')
      expect([old.headers.get('X-Cache'), Number(old.headers.get('X-Stale-Ms'))]).toEqual(['HIT', expect.any(Number)])
      expect(Number(old.headers.get('X-Stale-Ms'))).toBeGreaterThan(0)
      await api.send('POST', '/api/cache/invalidate', { strategy: name, keys: ['post:3'] })
      expect(await json(await ask('/api/posts/3'))).toMatchObject({ title: 'Around' })
    })

    it('is warmed, counted, tuned and invalidated like the strategies', async () => {
      await api.send('POST', '/api/cache/invalidate', { strategy: name, all: true })
      await api.send('POST', '/api/stats/reset', { strategy: name })
      const warmed = await api.send('POST', '/api/cache/warm', { strategy: name, ids: [4, 5] })
      expect(await json(warmed)).toMatchObject({ strategies: [{ loaded: 3, found: 0, bypassed: 0 }] })
      expect((await ask('/api/posts/4')).headers.get('X-Cache')).toBe('HIT')
      const stats = (await (await api.request('/api/stats')).json()) as { strategies: Record<string, object> }
      expect(stats.strategies[name]).toMatchObject({ reads: 1, hits: 1, misses: 0, loads: 3, fills: 3, errors: 0 })
      const tuned = await api.send('PATCH', `/api/strategies/${name}`, { ttlMs: 1_500 })
      const ttlMs = name === 'peer:async-cache-dedupe' ? 2_000 : 1_500
      expect(await json(tuned)).toMatchObject({ tuning: { ttlMs }, promise: { staleForAtMostMs: ttlMs } })
      expect((await api.send('PATCH', `/api/strategies/${name}`, { leaseMs: 100 })).status).toBe(400)
    })

    it("passes on the origin's errors, so that too many posts are a 400, not a 500", async () => {
      const { instances } = api
      const instance = instances.named(name)
      const refused = instance.cache.read('posts?limit=1&after=77', () =>
        instance.loadAll().then(() => Promise.reject(new RangeError('as thrown'))),
      )
      await expect(refused).rejects.toThrow(new RangeError('as thrown'))
    })
  })
})

describe('without PEERS=1', () => {
  it('does not know them', async () => {
    const api = await testApi({ posts: 1 })
    const listed = (await (await api.request('/api/strategies')).json()) as { name: string }[]
    expect(listed.map(({ name }) => name)).toEqual([...strategyNames])
    const answer = await api.request('/api/posts/1?strategy=peer:bentocache')
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { type: expect.stringContaining('unknown-strategy') },
    ])
    await api.close()
  })
})

describe('the process', () => {
  let scratch: ScratchDatabase
  const start = (env: Record<string, string>) =>
    startApi({ DATABASE_URL: scratch.url, REDIS_URL: process.env.TEST_REDIS_URL, ...env })
  beforeAll(async () => {
    scratch = await createScratchDatabase(process.env.TEST_DATABASE_URL!, inject('template'))
  })
  afterAll(() => scratch.drop())

  it('accepts only a served peer as the default strategy', async () => {
    await expect(start({ CACHE_STRATEGY: 'peer:cachified' })).rejects.toThrow(/CACHE_STRATEGY is "peer:cachified"/)
    const unknown = start({ PEERS: '1', CACHE_STRATEGY: 'peer:x' })
    await expect(unknown).rejects.toThrow(/CACHE_STRATEGY is "peer:x"; allowed: one of .*peer:bentocache.*\n$/)
  })

  it('serves a peer by default, prints how to load its posts, and ends on SIGTERM', async () => {
    const api = await start({ PEERS: '1', CACHE_STRATEGY: 'peer:cachified' })
    expect(api.output()).toMatch(
      /no posts in .*peer_bentocache.*load-posts --count 10000 --schema no-cache.*,peer:cachified/,
    )
    expect((await fetch(`${api.url}/api/posts`)).headers.get('X-Cache-Strategy')).toBe('peer:cachified')
    api.child.kill('SIGTERM')
    expect(await api.ended, api.output()).toBe(0)
  })
})
