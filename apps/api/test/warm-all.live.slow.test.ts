/** Warming without a body reads 1,000 posts under every strategy, which is slow. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

it.each([{}, { 'Content-Type': 'application/json' }, { 'Content-Type': 'text/plain' }])(
  'treats an empty body as {}, with %o',
  async (headers) => {
    expect((await api.request('/api/cache/warm', { method: 'POST', headers })).status).toBe(200)
  },
  60_000,
)
