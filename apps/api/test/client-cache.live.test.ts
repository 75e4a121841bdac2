/** A client with its own cache, over real connections to the API as a process. */
import type { ApiProcess, ScratchDatabase } from 'local-servers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ClientCache } from './support/client-cache.ts'
import { scratchPosts } from './support/scratch-posts.ts'
import { startApi } from './support/start-api.ts'

let scratch: ScratchDatabase
let api: ApiProcess
beforeAll(async () => {
  scratch = await scratchPosts(1)
  api = await startApi({ DATABASE_URL: scratch.url })
})
afterAll(async () => {
  await api.kill()
  await scratch.drop()
})

const client = () =>
  new ClientCache(
    () => performance.now(),
    (path, headers) => fetch(api.url + path, { headers }),
  )
const change = (strategy: string, title: string) =>
  fetch(`${api.url}/api/posts/1?strategy=${strategy}`, {
    method: 'PATCH',
    body: JSON.stringify({ title }),
    headers: { 'Content-Type': 'application/json' },
  })

it.each(['/api/posts/1', '/api/posts', '/api/posts?limit=2', '/api/authors'])(
  'revalidates %s with a 304 under a strategy with current reads, until it changes',
  async (path) => {
    const mine = client()
    const url = `${path}${path.includes('?') ? '&' : '?'}strategy=manual-invalidation`
    expect((await mine.get(url)).answer?.status).toBe(200)
    const again = await mine.get(url)
    expect([again.answer?.status, await again.answer?.text()]).toEqual([304, ''])
    expect(again.answer?.headers.get('Cache-Control')).toBe('no-cache')
    await change('manual-invalidation', 'x'.repeat(1 + path.length))
    expect((await mine.get(url)).answer?.status).toBe(200)
  },
)

it('does not revalidate a fresh answer under a strategy without current reads', async () => {
  const mine = client()
  const url = '/api/posts/1?strategy=cache-aside'
  const first = await mine.get(url)
  expect(first.answer?.headers.get('Cache-Control')).toMatch(/^max-age=5\d$/)
  await change('cache-aside', 'New')
  expect((await mine.get(url)).answer).toBeUndefined()
})
