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

  it('averages the size of posts, without leases, marks and other keys', async () => {
    expect(await bytesPerEntry(redis, 'posts:s:')).toBeNull()
    const others = ['l:{post:1}', 'w:{post:1}', 'wd:{wb0}post:1', 't:{posts}'].flatMap((key) => [`posts:s:${key}`, 'x'])
    await redis.mset('posts:s:e:{post:1}', 'x'.repeat(1_000), ...others)
    const one = (await redis.memory('USAGE', 'posts:s:e:{post:1}'))!
    expect(await bytesPerEntry(redis, 'posts:s:')).toBe(one)
  })

  it.each([
    'posts:cache-aside:e:{post:1}',
    'posts:naive-lock:e:post:1',
    'posts:write-behind:e:{wb0}post:1',
    'posts:peer:bentocache:post:1',
    'posts:peer:cacheable:posts::posts:peer:cacheable:posts:post:1',
    'posts:peer:cache-manager:::posts:peer:cache-manager::post:1',
    'posts:peer:async-cache-dedupe:~post:1',
    'posts:peer:cachified:post:1',
  ])("counts %s for its own strategy, and no other strategy's entries", async (key) => {
    await redis.flushall()
    // Left by an earlier turn: serve-stale entries outlive it.
    await redis.set('posts:stale-while-revalidate:e:{post:1}', 'x'.repeat(5_000))
    await redis.set(key, 'x'.repeat(1_000))
    const [, prefix] = /^(posts:(?:peer:)?[^:]+:)/.exec(key)!
    expect(await bytesPerEntry(redis, prefix!)).toBe(await redis.memory('USAGE', key))
    expect(await bytesPerEntry(redis, 'posts:no-cache:')).toBeNull()
  })
})
