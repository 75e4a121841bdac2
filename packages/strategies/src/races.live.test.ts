/**
 * Every race against every named strategy that guarantees read-after-write, on Redis, memcached and in memory, and against the
 * naive ones. The guarded strategies win all races. The naive ones must lose exactly those listed here, which proves the scripts.
 */
import { createCache, guaranteeOf, type Store, systemRuntime } from 'cache-core'
import { memcachedOptions } from 'cache-core/memcached'
import { redisOptions } from 'cache-core/redis'
import { isLost, races } from 'cache-core/testing'
import { Redis } from 'ioredis'
import { type PrivateMemcached, startMemcached } from 'local-servers'
import { Memcache } from 'memcache'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultTuning, type StrategyName, strategies, strategyNames } from './index.ts'

const withOldLoads = ['stale set', 'slow reader', 'zombie holder', 'joined flight']
const loses: Partial<Record<StrategyName, readonly string[]>> = {
  'naive-invalidation': withOldLoads,
  'naive-write-through': [...withOldLoads, 'crossed writes'],
  'naive-lock': withOldLoads,
}

const paused = { ...systemRuntime, every: () => () => {} }
const tuning = { ...defaultTuning, leaseMs: 50 }

/** Whether it keeps entries and still guarantees read-after-write. */
function mustWin(name: StrategyName): boolean {
  const { read, write, store } = strategies[name]
  const reading = read(tuning)
  return (
    reading.lifetime !== undefined && guaranteeOf(reading, write(), store({ prefix: '' })).readAfterWriteOf !== 'none'
  )
}
/** A strategy that ignores writes, such as the ceiling, has no race to lose. */
const isNaive = (name: StrategyName) =>
  strategies[name].breaks !== undefined && strategies[name].write().guarantee.readAfterWriteOf !== 'none'
/** `every-strategy.test.ts` names strategies without a row. */
const withRows = strategyNames.filter((name) => name in strategies)

let redis: Redis
let server: PrivateMemcached
let memcached: Memcache
let keptOpen: Store
let rooms = 0

beforeAll(async () => {
  redis = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
  await redis.connect()
  server = await startMemcached()
  memcached = new Memcache({ nodes: [`127.0.0.1:${server.port}`], ...memcachedOptions })
  keptOpen = strategies['cache-aside'].store({ memcached, prefix: 'unused:' })
  while (!keptOpen.health!().isUsable) await new Promise((resolve) => setImmediate(resolve))
})
afterAll(async () => {
  redis.disconnect()
  await keptOpen.close!()
  await memcached.disconnect()
  await server.stop()
})

it.each(withRows.filter(isNaive))('%s breaks its guarantee, so the races that it loses are listed', (name) => {
  expect(loses[name]?.length, `the races that ${name} loses, in \`loses\` above`).toBeGreaterThan(0)
})

describe.each(['redis', 'memcached', 'memory'])('%s', (backend) => {
  describe.each(withRows.filter((name) => isNaive(name) || mustWin(name)))('%s', (name) => {
    const lost = loses[name] ?? []
    const { read, write, store } = strategies[name]

    function open(shared: Store, runtime = systemRuntime) {
      return createCache<number>({ store: shared, read: read(tuning), write: write(), runtime })
    }

    it.each(races)('$title', async ({ title, play }) => {
      const prefix = `race-${process.pid}-${rooms++}:`
      const room = store({
        client: backend === 'redis' ? redis : undefined,
        memcached: backend === 'memcached' ? memcached : undefined,
        prefix,
      })
      // Nothing is evicted from memory here; cache-core's own suite does that.
      const evict = async (key: string) => {
        if (backend === 'redis') await redis.unlink(`${prefix}e:{${key}}`, `${prefix}e:${key}`)
        if (backend === 'memcached') await memcached.nodes[0]!.command(`md ${prefix}e:${key}`)
      }
      const verdict = await play({ p1: open(room), p2: open(room), paused: open(room, paused), evict })
      expect(isLost(verdict)).toBe(lost.some((race) => title.startsWith(race)))
    })
  })
})
