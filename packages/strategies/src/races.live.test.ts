/**
 * Every race against every named strategy that guarantees reads after writes, on Redis and in memory, and against the naive
 * ones. Those that keep their guarantee win all. The naive ones must lose just those listed here, so that the scripts bite.
 */
import { createCache, guaranteeOf, type Store, systemRuntime } from 'cache-core'
import { redisOptions } from 'cache-core/redis'
import { isLost, races } from 'cache-core/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StrategyName, strategies, strategyNames } from './index.ts'

const overtaken = ['stale set', 'slow reader', 'zombie holder', 'joined flight']
const loses: Partial<Record<StrategyName, readonly string[]>> = {
  'naive-invalidation': overtaken,
  'naive-write-through': [...overtaken, 'crossed writes'],
  'naive-lock': overtaken,
}

const paused = { ...systemRuntime, every: () => () => {} }
const tuning = { ttlMs: 60_000, leaseMs: 50 }

/** Whether it keeps entries, and guarantees that reads after a write are current all the same. */
function mustWin(name: StrategyName): boolean {
  const { read, write, store } = strategies[name]
  const reading = read(tuning)
  return (
    reading.lifetime !== undefined && guaranteeOf(reading, write(), store({ prefix: '' })).readAfterWriteOf !== 'none'
  )
}
const isNaive = (name: StrategyName) => strategies[name].breaks !== undefined
/** `every-strategy.test.ts` names those that have none. */
const withRows = strategyNames.filter((name) => name in strategies)

let redis: Redis
let rooms = 0

beforeAll(async () => {
  redis = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
  await redis.connect()
})
afterAll(() => redis.disconnect())

it.each(withRows.filter(isNaive))('%s breaks its promise, so it is listed with the races that it loses', (name) => {
  expect(loses[name]?.length, `the races that ${name} loses, in \`loses\` above`).toBeGreaterThan(0)
})

describe.each(['redis', 'memory'])('%s', (backend) => {
  describe.each(withRows.filter((name) => isNaive(name) || mustWin(name)))('%s', (name) => {
    const lost = loses[name] ?? []
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
