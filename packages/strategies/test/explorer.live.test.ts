/** What the naive forms break, the explorer finds by itself, on an emulated key-value store, and plays again on a real Redis. */
import { redisOptions } from 'cache-core/redis'
import { describeFinding, explore, LIVE_PACE, replay, type Subject, shrink } from 'cache-core/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strategies } from '../src/index.ts'
import { redisKeyValue } from '../src/key-value.ts'
import { emulatedKeyValueBackend, liveKeyValueBackend } from './key-value-backend.ts'

const SCHEDULES = 10_000
const seed = Number(process.env.EXPLORER_SEED ?? Date.now() % 1_000_000_000)
const naive = [
  { name: 'naive-invalidation', options: {} },
  { name: 'naive-write-through', options: {} },
  { name: 'naive-lock', options: { lock: true } },
] as const

let redis: Redis
beforeAll(async () => {
  redis = new Redis(process.env.TEST_REDIS_URL!, { ...redisOptions, lazyConnect: true })
  await redis.connect()
})
afterAll(() => redis.disconnect())

describe.each(naive)('$name', ({ name, options }) => {
  it(`breaks its promise in a schedule that the explorer finds and that replays on Redis (seed ${seed})`, async () => {
    const { read, write } = strategies[name]
    const subject: Subject = { name, read, write, backend: emulatedKeyValueBackend(options) }
    const start = performance.now()
    const { finding } = await explore(subject, { schedules: SCHEDULES, seed })
    expect(finding, `no schedule of ${SCHEDULES} broke ${name}`).toBeDefined()
    const { plan, schedule, violation } = await shrink(subject, finding!)
    const seconds = ((performance.now() - start) / 1_000).toFixed(1)
    console.log(`${await describeFinding(subject, finding!)}\n\nin ${seconds} s`)

    const kv = redisKeyValue(redis, `naive-${process.pid}-${name}:`)
    const live = await replay({ ...subject, backend: liveKeyValueBackend(kv, options, LIVE_PACE) }, plan, schedule)
    expect(live.violation?.invariant).toBe(violation.invariant)
  })
})
