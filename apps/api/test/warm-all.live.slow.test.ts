/** Warming without a body reads a thousand posts under every strategy, which takes a while. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

it.each([{}, { 'Content-Type': 'application/json' }, { 'Content-Type': 'text/plain' }])(
  'takes no body for {}, with %o',
  async (headers) => {
    expect((await api.request('/api/cache/warm', { method: 'POST', headers })).status).toBe(200)
  },
  60_000,
)
