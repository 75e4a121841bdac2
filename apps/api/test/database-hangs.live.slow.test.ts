/** A database that hangs: the API's health check and metrics must still answer. */
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

/** The timeouts are 2 s for a database connection and 1 s for the outbox. */
const WITHIN_MS = 3_500

it.skipIf(incomplete)('/readyz reports it, and /metrics lacks only the outbox', async () => {
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
