/**
 * A process with readers that wait: `waiting-process.ts REDIS_URL PREFIX`. Reads the key of each message, and sends the result back.
 * Once told `slow`, its readers ask again only after minutes, unless they are told that the lease has ended.
 */
import { Redis } from 'ioredis'
import { createCache, invalidate, stampedeLock, systemRuntime } from '../src/index.ts'
import { redisOptions, redisStore } from '../src/redis/index.ts'

export interface ToWaiter {
  readonly key: string
  readonly pace: 'usual' | 'slow'
}

const [url, prefix] = process.argv.slice(2) as [string, string]
const client = new Redis(url, { ...redisOptions, lazyConnect: true })
await client.connect()
const store = redisStore({ client, prefix })
const open = (runtime = systemRuntime) =>
  createCache<string>({ store, read: stampedeLock({ leaseMs: 60_000 }), write: invalidate(), runtime })
const caches = {
  usual: open(),
  slow: open({ ...systemRuntime, after: (ms, action) => systemRuntime.after(1_000 * ms, action) }),
}
process.on('message', async ({ key, pace }: ToWaiter) => {
  const { value, outcome } = await caches[pace].read(key, async () => `loaded by ${process.pid}`)
  process.send!({ value, outcome })
})
process.on('disconnect', () => client.disconnect()) // nothing else may keep the process alive
process.send!('ready')
