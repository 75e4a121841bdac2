import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { startRedis } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesPerEntry, redisUse } from './redis-use.ts'

describe('use of a Redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>
  let redis: Redis
  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url, { ...redisOptions, lazyConnect: true })
    await redis.connect()
  })
  afterAll(async () => {
    redis.disconnect()
    await server.kill()
  })

  it('counts commands and bytes', async () => {
    const before = await redisUse(redis)
    await redis.set('x', 'y'.repeat(10_000))
    const after = await redisUse(redis)
    expect(after.commands - before.commands).toBe(2) // the first INFO, and the SET
    expect(after.bytes - before.bytes).toBeGreaterThan(10_000)
  })

  it('averages the size of posts, without leases and other keys', async () => {
    expect(await bytesPerEntry(redis)).toBeNull()
    await redis.mset('posts:s:e:{post:1}', 'x'.repeat(1_000), 'posts:s:l:{post:1}', 'x', 'posts:s:t:{posts}', 'x')
    const one = (await redis.memory('USAGE', 'posts:s:e:{post:1}'))!
    expect(await bytesPerEntry(redis)).toBe(one)
  })
})
