/**
 * Every race against every named strategy that promises reads after writes, on Redis and in memory.
 * The guarded ones win all. The naive ones must lose just those they are listed with here, so that the scripts bite.
 */
import { createCache, type Store, systemRuntime } from 'cache-core'
import { redisOptions } from 'cache-core/redis'
import { isLost, races } from 'cache-core/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StrategyName, strategies } from './index.ts'

const overtaken = ['stale set', 'slow reader', 'zombie holder', 'joined flight']
const loses: Partial<Record<StrategyName, readonly string[]>> = {
  'manual-invalidation': [],
  'write-through': [],
  'stampede-lock': [],
  'naive-invalidation': overtaken,
  'naive-write-through': [...overtaken, 'crossed writes'],
  'naive-lock': overtaken,
}

const paused = { ...systemRuntime, every: () => () => {} }
const tuning = { ttlMs: 60_000, leaseMs: 50 }
let redis: Redis
let rooms = 0

beforeAll(async () => {
  redis = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
  await redis.connect()
})
afterAll(() => redis.disconnect())

describe.each(['redis', 'memory'])('%s', (backend) => {
  describe.each(Object.entries(loses) as [StrategyName, readonly string[]][])('%s', (name, lost) => {
    const { read, write, store } = strategies[name]

    function open(shared: Store, runtime = systemRuntime) {
      return createCache<number>({ store: shared, read: read(tuning), write: write(), runtime })
    }

    it.each(races)('$title', async ({ title, play }) => {
      const prefix = `race-${process.pid}-${rooms++}:`
      const room = store({ client: backend === 'redis' ? redis : undefined, prefix })
      // Memory has no room to run out of here; cache-core's own suite evicts there too.
      const evict = async (key: string) => {
        if (backend === 'redis') await redis.unlink(`${prefix}e:{${key}}`, `${prefix}e:${key}`)
      }
      const verdict = await play({ p1: open(room), p2: open(room), paused: open(room, paused), evict })
      expect(isLost(verdict)).toBe(lost.some((race) => title.startsWith(race)))
    })
  })
})
