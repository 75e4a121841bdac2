/** `GET /posts`: one page, in each layer that can cache it. */
import type { Cache } from 'cache-core'
import { strategyNames } from 'strategies'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layers } from '../src/places/page-request.ts'
import { type TestApi, testApi } from './support/test-api.ts'

const STRATEGY = 'manual-invalidation'
const HEADERS = [
  'X-Cache-Layers',
  'X-Cache-Strategy',
  'Cache-Control',
  'ETag',
  'Content-Security-Policy',
  'X-Content-Type-Options',
]
const as = (reader: string) => ({ headers: { Cookie: `reader=${encodeURIComponent(reader)}` } })

/** `X-Cache-Layers` by layer, if each part had that outcome. */
const said = {
  none: (outcome: string) => `none:posts=${outcome}, none:authors=${outcome}`,
  memory: (outcome: string) => `memory:posts=${outcome}, memory:authors=${outcome}`,
  query: (outcome: string) => `query:posts=${outcome}, query:authors=${outcome}`,
  fragment: (outcome: string) => `fragment:posts=${outcome}, fragment:authors=${outcome}`,
  page: (outcome: string) => `page=${outcome}`,
}

describe('over Redis', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ posts: 45 })
  })
  afterAll(() => api.close())

  const path = (layer: string, rest = '') => `/posts?strategy=${STRATEGY}&layer=${layer}${rest}`
  const layersOf = async (layer: string, rest = '') =>
    (await api.request(path(layer, rest))).headers.get('X-Cache-Layers')
  const forget = () => api.send('POST', '/api/cache/invalidate', { strategy: STRATEGY, all: true })

  describe.each(layers)('layer %s', (layer) => {
    const [first, later] = layer === 'none' ? ['BYPASS', 'BYPASS'] : ['MISS', 'HIT']

    it('reports the outcome of each part for a first and a second read', async () => {
      await forget()
      const [one, two] = [await api.request(path(layer), as('Ann')), await api.request(path(layer), as('Bob'))]
      expect([one, two].map(({ headers }) => headers.get('X-Cache-Layers'))).toEqual([
        said[layer](first),
        said[layer](later),
      ])
      expect(one.headers.get('Cache-Control')).toBe('private, no-cache')
      for (const name of HEADERS) expect(one.headers.get(name), name).toBeTruthy()
      expect(one.headers.get('Set-Cookie')).toBeNull()
      const [ann, bob] = [await one.text(), await two.text()]
      expect([ann.includes('Hello, Ann<'), bob.includes('Hello, Bob<')]).toEqual([true, true])
      expect(ann.replace('Ann', 'Bob')).toBe(bob)
      expect(ann.match(/<article>/g)).toHaveLength(20)
      expect(ann).toContain('<h2>Authors</h2>')
    })

    it('answers 304 only to the reader that already has it', async () => {
      const etag = (await api.request(path(layer), as('Ann'))).headers.get('ETag')!
      const asked = (reader: string) =>
        api.request(path(layer), { headers: { ...as(reader).headers, 'If-None-Match': etag } })
      const [ann, bob] = [await asked('Ann'), await asked('Bob')]
      expect([ann.status, await ann.text(), ann.headers.get('X-Cache-Layers')]).toEqual([304, '', said[layer](later)])
      expect(bob.status).toBe(200)
      const any = await api.request(path(layer), { headers: { 'If-None-Match': '*' } })
      expect([any.status, await any.text()]).toEqual([304, ''])
    })

    it.each([
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { Authorization: 'Bearer x' }],
      ['GET', { Range: 'bytes=0-1' }],
    ])('has the same ETag for %s with %j, and a new one after a change', async (method, more) => {
      const title = `ETag in ${layer}: ${method} ${Object.keys(more).join()}.`
      const ask = (how: string, headers: Record<string, string>) =>
        api.request(path(layer), { method: how, headers: { ...as('Ann').headers, ...headers } })
      await forget()
      const etag = (await ask(method, more)).headers.get('ETag')
      expect((await ask('GET', {})).headers.get('ETag')).toBe(etag)
      await api.send('PATCH', `/api/posts/6?strategy=${STRATEGY}`, { title })
      const answer = await ask('GET', { ...more, 'If-None-Match': etag! })
      expect([answer.status, (await answer.text()).includes(title)]).toEqual([200, true])
      const other = await api.request(path(layer, '&after=20'), { headers: { ...as('Ann').headers, ...more } })
      expect(other.headers.get('ETag')).not.toBe(etag)
    })

    it('shows the next pages, under separate keys', async () => {
      const next = await api.request(path(layer, '&after=20'))
      const text = await next.text()
      expect(text).toContain(`href="/api/posts/21?strategy=${STRATEGY}"`)
      expect(text).toContain(`href="/posts?strategy=${STRATEGY}&amp;layer=${layer}&amp;after=40"`)
      const last = await (await api.request(path(layer, '&after=40'))).text()
      expect(last).not.toContain('Next page')
      expect(await (await api.request(path(layer))).text()).toContain(`href="/api/posts/1?strategy=${STRATEGY}"`)
    })

    it('shows an acknowledged write', async () => {
      await api.request(path(layer))
      await api.send('PATCH', `/api/posts/2?strategy=${STRATEGY}`, { title: `New in ${layer}` })
      const answer = await api.request(path(layer))
      expect(await answer.text()).toContain(`New in ${layer}`)
      expect(answer.headers.get('X-Cache-Layers')).toBe(said[layer](first))
    })

    it('is invalidated by the tag of posts', async () => {
      await api.request(path(layer))
      await api.send('POST', '/api/cache/invalidate', { strategy: STRATEGY, tags: ['posts'] })
      expect(await layersOf(layer)).toBe(said[layer](first))
    })

    it('answers HEAD like GET, without the body', async () => {
      await api.request(path(layer))
      const head = await api.request(path(layer), { method: 'HEAD' })
      expect([head.status, await head.text(), head.headers.get('X-Cache-Layers')]).toEqual([
        200,
        '',
        said[layer](later),
      ])
    })

    it('escapes the name and the posts, and no post can take the place of the greeting', async () => {
      const evil = '<script>alert(1)</script>'
      const hole = '<!--reader-->'
      const post = { title: `${evil} ${hole}`, content: `${hole} $& ${evil}`, author: `${hole}"'` }
      await api.send('PUT', `/api/posts/3?strategy=${STRATEGY}`, post)
      for (const word of ["<script>alert('x')</script>", '$&', hole, '"><img src=x>']) {
        const text = await (await api.request(path(layer), as(word))).text()
        expect(text).not.toMatch(/<script|<img/)
        expect(text.match(/<!--/g)).toBeNull()
        expect(text.match(/class="greeting"/g)).toHaveLength(1)
        expect(text.indexOf('class="greeting"')).toBeLessThan(text.indexOf('<article>'))
        const escaped = word.replace(
          /[&<>"']/g,
          (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char]!,
        )
        expect(text).toContain(`<p class="greeting">Hello, ${escaped}</p>`)
      }
    })

    it("never answers with another reader's name, for concurrent readers", async () => {
      await forget()
      const ask = async (i: number) => {
        const [mine, other] = i % 2 === 0 ? ['Ann', 'Bob'] : ['Bob', 'Ann']
        const text = await (await api.request(path(layer), as(mine))).text()
        return text.includes(`Hello, ${mine}<`) && !text.includes(other)
      }
      expect(await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i)))).toEqual(Array(40).fill(true))
    })
  })

  it('keeps the other fragment when one is invalidated', async () => {
    await api.request(path('fragment'))
    for (const [key, expected] of [
      ['fragment:posts', 'fragment:posts=MISS, fragment:authors=HIT'],
      ['fragment:authors', 'fragment:posts=HIT, fragment:authors=MISS'],
    ]) {
      const answer = await api.send('POST', '/api/cache/invalidate', { strategy: STRATEGY, keys: [key] })
      expect(await answer.json()).toMatchObject({ known: { keys: 1 } })
      expect(await layersOf('fragment')).toBe(expected)
    }
  })

  it('shares its query results with the JSON API, and keeps pages under documented keys', async () => {
    await forget()
    await api.request(path('query'))
    for (const json of ['/api/posts?limit=20&after=0&', '/api/authors?']) {
      expect((await api.request(`${json}strategy=${STRATEGY}`)).headers.get('X-Cache')).toBe('HIT')
    }
    for (const [rest, key] of [
      ['', 'page:/posts'],
      ['&after=20', 'page:/posts?after=20'],
    ]) {
      await api.request(path('page', rest))
      await api.send('POST', '/api/cache/invalidate', { strategy: STRATEGY, keys: [key] })
      expect(await layersOf('page', rest)).toBe('page=MISS')
      expect(await layersOf('page', rest)).toBe('page=HIT')
    }
  })

  it('invalidates every spelling of a page by one key', async () => {
    for (const [key, spellings] of [
      ['page:/posts', ['', '&after=0', '&after=%30', '&%61fter=0']],
      ['page:/posts?after=20', ['&after=20', '&after=%32%30']],
    ] as const) {
      await forget()
      for (const [i, rest] of spellings.entries())
        expect(await layersOf('page', rest)).toBe(i ? 'page=HIT' : 'page=MISS')
      await api.send('POST', '/api/cache/invalidate', { strategy: STRATEGY, keys: [key] })
      expect(await layersOf('page', spellings.at(-1))).toBe('page=MISS')
    }
  })

  it('keeps no entry that contains a name', async () => {
    await forget()
    for (const layer of layers) await api.request(path(layer), as('Zebulon'))
    const instance = api.instances.named(STRATEGY)
    const none = async () => undefined
    const kept = await Promise.all([
      ...['fragment:posts', 'fragment:authors', 'posts?limit=20&after=0', 'authors'].map(async (key) =>
        String((await instance.cache.read(key, none, { tags: ['posts'] })).value?.bytes),
      ),
      instance.pages.read('page:/posts', none, { tags: ['posts'] }).then(({ value }) => String(value)),
    ])
    expect(kept.join()).not.toContain('Zebulon')
    for (const text of kept) expect(text.length).toBeGreaterThan(100)
  })

  it('keeps no parts for strategies that keep nothing, and other parts as long as their strategy allows', async () => {
    const by = async (strategy: string, layer: string) =>
      (await api.request(`/posts?strategy=${strategy}&layer=${layer}`)).headers.get('X-Cache-Layers')
    for (const layer of layers) {
      await by('no-cache', layer)
      expect(await by('no-cache', layer)).toBe(said[layer]('BYPASS'))
      await by('cache-aside', layer)
    }
    await api.send('PATCH', '/api/posts/4?strategy=cache-aside', { title: 'Later' })
    const shows = async (layer: string) =>
      (await (await api.request(`/posts?strategy=cache-aside&layer=${layer}`)).text()).includes('Later')
    // This strategy's entries are not invalidated, but this process's memory is.
    expect(await Promise.all(layers.map(shows))).toEqual([true, true, false, false, false])
  })

  it.each(strategyNames)('greets each reader by name under %s, in every layer', async (strategy) => {
    for (const layer of layers) {
      for (const reader of ['Ann', 'Bob', 'Ann']) {
        const text = await (await api.request(`/posts?strategy=${strategy}&layer=${layer}`, as(reader))).text()
        expect([layer, text.match(/class="greeting">Hello, (\w+)</g)]).toEqual([
          layer,
          [`class="greeting">Hello, ${reader}<`],
        ])
        expect(text).toContain('<article>')
      }
    }
  })

  it.each(['fragment', 'page'])(
    'in layer %s, an expired page is served immediately and refreshed in the background',
    async (layer) => {
      const strategy = 'stale-while-revalidate'
      const get = async () => {
        const answer = await api.request(`/posts?strategy=${strategy}&layer=${layer}`, as('Ann'))
        return { said: answer.headers.get('X-Cache-Layers'), text: await answer.text() }
      }
      await api.send('POST', '/api/cache/invalidate', { strategy, all: true })
      await api.send('PATCH', `/api/strategies/${strategy}`, { ttlMs: 1 })
      await get()
      expect((await get()).said).toContain('STALE')
      await api.send('PATCH', `/api/posts/5?strategy=${strategy}&write=direct`, { title: `Behind in ${layer}` })
      await expect.poll(async () => (await get()).text, { interval: 20 }).toContain(`Behind in ${layer}`)
      // Its delivery invalidates the page, perhaps only during the next test.
      const { outbox } = api.instances.named(strategy)
      await expect.poll(async () => (await outbox!.lag()).undelivered).toBe(0)
      await api.send('PATCH', `/api/strategies/${strategy}`, { ttlMs: 60_000 })
    },
  )

  it('counts a whole page that cannot be made as a failed read, but not a failed background refresh', async () => {
    const strategy = 'stale-while-revalidate'
    const get = async (rest = '') => {
      const { status, headers } = await api.request(`/posts?strategy=${strategy}&layer=page${rest}`)
      return [status, headers.get('X-Cache-Layers')]
    }
    await api.send('PATCH', `/api/strategies/${strategy}`, { ttlMs: 1 })
    await api.send('POST', '/api/cache/invalidate', { strategy, all: true })
    await get()
    const { connect } = api.database.pool
    const gone = async (onConnected?: (error: Error) => void) => {
      const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
      if (onConnected === undefined) throw error
      onConnected(error)
    }
    const { stats } = api.instances.named(strategy).pages as Cache<Buffer>
    Object.assign(api.database.pool, { connect: gone })
    try {
      await api.send('POST', '/api/stats/reset', { strategy })
      await expect
        .poll(async () => [await get(), stats().failedRefreshes > 0], { interval: 20 })
        .toEqual([[200, 'page=STALE'], true])
      const failedReads = () => api.instances.named(strategy).counters.snapshot().failedReads
      expect(failedReads()).toBe(0)
      expect(await get('&after=20')).toEqual([503, null])
      expect(failedReads()).toBe(1)
    } finally {
      Object.assign(api.database.pool, { connect })
      await api.send('PATCH', `/api/strategies/${strategy}`, { ttlMs: 60_000 })
    }
  })

  it('counts each part as a read', async () => {
    await forget()
    await api.send('POST', '/api/stats/reset', { strategy: STRATEGY })
    for (const layer of ['fragment', 'fragment', 'page']) await api.request(path(layer))
    expect(api.instances.named(STRATEGY).counters.snapshot()).toMatchObject({ reads: 5, hits: 2, misses: 3, loads: 4 })
  })
})
