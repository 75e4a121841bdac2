/**
 * A relay in a separate process: `relay-process.ts SCHEMA PREFIX HANG_AFTER`. After HANG_AFTER batches it takes one more, sends
 * the number of names in it, and hangs, so that the test can kill it.
 */
import { Redis } from 'ioredis'
import pg from 'pg'
import { createOutbox } from '../src/postgres/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'

const [schema, prefix, hangAfter] = process.argv.slice(2) as [string, string, string]
const client = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
await client.connect()
const store = redisStore({ client, prefix })
let batchesLeft = Number(hangAfter)
const outbox = createOutbox({
  pool: new pg.Pool({ connectionString: process.env.TEST_DATABASE_URL!, max: 2 }),
  schema,
  pollMs: 10,
})
outbox.attach({
  async invalidate(keys, tags) {
    if (batchesLeft-- > 0) return store.invalidate(keys, tags)
    process.send!(keys.length)
    return new Promise(() => {})
  },
  invalidateAll: () => store.invalidateAll(),
})
outbox.start()
setInterval(() => {}, 1_000) // the relay's own timer does not keep the process alive
