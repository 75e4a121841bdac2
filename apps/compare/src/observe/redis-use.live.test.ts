import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { startRedis } from 'local-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesPerEntry, idleUse, readRedis, usedBetween, withoutIdle } from './redis-use.ts'

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

  it('counts commands, bytes and CPU time, but not its own readings', async () => {
    const before = await readRedis(redis)
    const between = await readRedis(redis)
    await redis.set('x', 'y'.repeat(10_000))
    const after = await readRedis(redis)
    const ofReading = usedBetween(before, between)
    expect(ofReading.commands).toBe(0)
    expect(ofReading.bytes).toBeLessThan(50) // the framing of an INFO, whose answer has thousands
    const { commands, bytes, cpuMs } = usedBetween(between, after)
    expect(commands).toBe(1)
    expect(bytes - 10_000).toBeGreaterThan(0)
    expect(bytes - 10_000).toBeLessThan(150)
    expect(cpuMs).toBeGreaterThan(0)
  })

  it('of an idle system is a rate per second', async () => {
    const poller = new Redis(server.url, redisOptions)
    const polling = setInterval(() => poller.get('absent'), 20)
    try {
      const idle = await idleUse(redis, { settleMs: 100, forMs: 500 }, new AbortController().signal)
      expect(idle.commands).toBeGreaterThan(10)
      expect(idle.commands).toBeLessThanOrEqual(60)
      expect(idle.bytes / idle.commands).toBeLessThan(100)
    } finally {
      clearInterval(polling)
      poller.disconnect()
    }
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

describe('the use without that of the idle system', () => {
  const idle = { commands: 40, bytes: 4_000, cpuMs: 4 }

  it('is what the idle system would not have used in the same time', () => {
    const used = { commands: 1_000, bytes: 100_000, cpuMs: 50, overMs: 10_000 }
    expect(withoutIdle(used, idle)).toEqual({ commands: 600, bytes: 60_000, cpuMs: 10 })
  })

  it('is never below 0', () => {
    const used = { commands: 399, bytes: 39_999, cpuMs: 39, overMs: 10_000 }
    expect(withoutIdle(used, idle)).toEqual({ commands: 0, bytes: 0, cpuMs: 0 })
  })
})
