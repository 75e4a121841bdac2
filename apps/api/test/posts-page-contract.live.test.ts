/** `GET /posts` apart from caching: parameters, the cookie, other methods. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layers } from '../src/places/page-request.ts'
import { type TestApi, testApi } from './support/test-api.ts'

describe('the rest of the contract', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await testApi({ store: 'memory', posts: 0 })
  })
  afterAll(() => api.close())

  it.each(layers)('works without posts, in layer %s', async (layer) => {
    const answer = await api.request(`/posts?layer=${layer}`)
    expect([answer.status, (await answer.text()).includes('There are no posts here.')]).toEqual([200, true])
  })

  it('caches fragments by default', async () => {
    expect((await api.request('/posts/')).headers.get('X-Cache-Layers')).toMatch(/^fragment:/)
  })

  it.each([
    ['layer=pages', 'unknown-layer'],
    ['layer=', 'unknown-layer'],
    ['layer=page&layer=none', 'repeated-parameter'],
    ['strategy=nope', 'unknown-strategy'],
    ['limit=5', 'unknown-parameter'],
    ['layer=page&after=x', 'bad-parameter'],
    ['layer=page&after=-1', 'bad-parameter'],
  ])('refuses ?%s', async (query, code) => {
    const answer = await api.request(`/posts?${query}`)
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ type: `urn:problem:${code}` }),
    ])
  })

  it('truncates the name, and removes invisible characters', async () => {
    const wordOf = async (cookie: string) => {
      const text = await (await api.request('/posts', { headers: { Cookie: cookie } })).text()
      return /class="greeting">(.*?)<\/p>/.exec(text)![1]
    }
    expect(await wordOf('a=b')).toBe('Hello')
    expect(await wordOf('reader=')).toBe('Hello')
    expect(await wordOf(`reader=${'x'.repeat(4_000)}`)).toBe(`Hello, ${'x'.repeat(40)}`)
    expect(await wordOf(`reader=${encodeURIComponent('😀'.repeat(50))}`)).toBe(`Hello, ${'😀'.repeat(40)}`)
    expect(await wordOf('reader=A%E2%80%AEnn%00%0A')).toBe('Hello, Ann')
    expect(await wordOf('reader=%E0%A4%A')).toMatch(/^Hello, /)
  })

  it('loads nothing else: one inline style, allowed by its hash, and no other host', async () => {
    const answer = await api.request('/posts')
    expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /)
    expect(await answer.text()).not.toMatch(/https?:|src=|<script|style="/)
  })

  it('refuses other methods, and is listed on the index page', async () => {
    const answer = await api.send('POST', '/posts', {})
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
    expect(await (await api.request('/')).text()).toContain('<a href="/posts">')
  })
})
