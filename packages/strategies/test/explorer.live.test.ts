/** The explorer finds the broken guarantees of the naive forms on an emulated key-value store, and replays them on a real Redis. */

import {
  describeFinding,
  exhaust,
  explore,
  LIVE_PACE,
  replay,
  type Subject,
  shrink,
  smallPlans,
} from 'cache-core/explorer'
import { redisOptions } from 'cache-core/redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultTuning, strategies } from '../src/index.ts'
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

function emulated(
  name: (typeof naive)[number]['name'],
  options: Parameters<typeof emulatedKeyValueBackend>[0],
): Subject {
  const { read, write } = strategies[name]
  return {
    name,
    read: ({ ttlMs, leaseMs }) => read({ ...defaultTuning, ttlMs, leaseMs }),
    write,
    backend: emulatedKeyValueBackend(options),
  }
}

describe.each(naive)('$name', ({ name, options }) => {
  it('breaks its guarantee in a plan of one writer and two readers, of which every schedule is run', async () => {
    const subject = emulated(name, options)
    for (const plan of smallPlans(subject.backend)) {
      const { finding, schedules } = await exhaust(subject, plan)
      if (finding === undefined) continue
      console.log(`${name} in "${plan.name}", after ${schedules} schedules`)
      return
    }
    expect.fail('no schedule breaks it')
  })

  it(`breaks its guarantee in a schedule that the explorer finds and replays on Redis (seed ${seed})`, async () => {
    const subject = emulated(name, options)
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
