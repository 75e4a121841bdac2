import { pino } from 'pino'
import { createDatabase } from 'posts-db'
import { expect, it } from 'vitest'
import { startInstances } from '../strategies/start-instances.ts'
import { storeLine } from './startup-lines.ts'

it('states for the memory store that guarantees hold in this process only', async () => {
  const env = {
    CACHE_STORE: 'auto',
    CACHE_STRATEGY: 'cache-aside',
    CACHE_TTL_MS: 60_000,
    ORIGIN_DELAY_MS: 0,
    REDIS_PREFIX: 'posts:',
    STALE_MS: 300_000,
    WORKERS: 1,
  } as const
  const database = createDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })
  const instances = startInstances(env, database, undefined, pino({ level: 'silent' }))
  expect(storeLine({}, env, instances)).toBe(
    "store: this process's memory, since REDIS_URL is not set; " +
      'guarantees hold in this process only, other processes may read older values; ' +
      'to use Redis: apt-get install redis-server or brew install redis, then set REDIS_URL=redis://127.0.0.1:6379',
  )
  await instances.close()
  await database.close()
})
