/** A database that hangs: whoever looks after the API must still get an answer from it. */
import { lacksTools, type PostgresServer, startPostgresServer } from 'local-servers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TestApi, testApi } from './support/test-api.ts'

let postgres: PostgresServer
let api: TestApi
const incomplete = lacksTools('postgres')
beforeEach(async () => {
  if (incomplete) return
  postgres = await startPostgresServer()
  api = await testApi({ posts: 5, databaseUrl: postgres.url })
})
afterEach(async () => {
  if (incomplete) return
  postgres.resume()
  await api.close()
  await postgres.stop()
})

/** A connection to the database has 2 s; an answer of the outbox 1 s. */
const WITHIN_MS = 3_500

it.skipIf(incomplete)('/readyz says so, and /metrics still has all but the outbox', async () => {
  expect(await (await api.request('/metrics')).text()).toContain('posts_api_outbox_lag_seconds{')
  postgres.suspend()
  const start = performance.now()
  const [ready, metrics] = await Promise.all([api.request('/readyz'), api.request('/metrics')])
  expect(performance.now() - start).toBeLessThan(WITHIN_MS)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    expect.objectContaining({ parts: expect.objectContaining({ database: 'down', redis: 'up' }) }),
  ])
  const text = await metrics.text()
  expect(text).toContain('posts_api_database_connections{')
  expect(text).not.toContain('posts_api_outbox_lag_seconds{')
})
