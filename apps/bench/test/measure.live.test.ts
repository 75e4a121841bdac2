import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { allocatedBytes } from '../src/measure/allocated-bytes.ts'
import type { Contestant } from '../src/measure/contestant.ts'
import { drive, driveTimed } from '../src/measure/drive.ts'
import { callsBetween, commandCounts } from '../src/measure/redis-commands.ts'
import { rotated, runGroup, whyInvalid } from '../src/measure/run-group.ts'
import { sentCommands } from '../src/measure/sent-commands.ts'

const redis = new Redis(process.env.TEST_REDIS_URL!, { db: 1 })
afterAll(() => redis.disconnect())

let ran: string[]
let loads: number
beforeEach(() => {
  ran = []
  loads = 0
})

const contestant = (name: string, operate: Contestant['operate'], more: Partial<Contestant> = {}): Contestant => ({
  row: 'hit',
  library: 'cache-core',
  operate(i) {
    if (ran.at(-1) !== name) ran.push(name)
    return operate(i)
  },
  isSync: false,
  inFlight: 4,
  maxOps: 20,
  prepare: async () => {},
  loads: () => loads,
  close: async () => {},
  ...more,
})

describe('a window', () => {
  it('runs each operation once, with the given number in flight', async () => {
    const seen: number[] = []
    let running = 0
    let most = 0
    const slow = contestant('slow', async (i) => {
      seen.push(i)
      most = Math.max(most, ++running)
      await sleep(2)
      running--
    })
    await drive(slow, 0, 10)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(most).toBe(4)
  })

  it('times each operation', async () => {
    const took = await driveTimed(
      contestant('slow', () => sleep(5)),
      0,
      8,
    )
    expect(took).toHaveLength(8)
    // A timer may fire up to 1 ms early.
    expect(Math.min(...took)).toBeGreaterThan(3_900)
  })

  it('counts allocated bytes, also those collected meanwhile', async () => {
    let kept: unknown
    const arrays = 20_000
    const bytes = await allocatedBytes(async () => {
      for (let i = 0; i < arrays; i++) kept = new Array(1_000).fill(i)
    })
    expect(kept).toBeDefined()
    // 8 bytes an element, or 4 with compressed pointers.
    expect(bytes / arrays / 1_000).toBeGreaterThan(3.9)
    expect(bytes / arrays / 1_000).toBeLessThan(9)
  })
})

it('counts Redis commands by name', async () => {
  const before = await commandCounts(redis)
  await redis.get('a')
  await redis.mget('a', 'b')
  await redis.get('b')
  const { byCommand } = callsBetween(before, await commandCounts(redis))
  // Other tests may use the same server, which only adds.
  expect(byCommand.get).toBeGreaterThanOrEqual(2)
  expect(byCommand.mget).toBeGreaterThanOrEqual(1)
  expect(byCommand.info).toBeUndefined()
})

it('counts the commands that a client sends, without those of a script', async () => {
  const sent = await sentCommands(redis, async () => {
    await redis.get('a')
    await redis.eval("redis.call('get', 'b') return redis.call('get', 'c')", 0)
  })
  expect(sent).toBe(2)
})

describe('rounds', () => {
  it('change the order, so that none always follows the same one', () => {
    const orders = (items: string[], rounds: number) =>
      Array.from({ length: rounds }, (_, round) => rotated(items, round).join(''))
    expect(orders(['a', 'b', 'c'], 6)).toEqual(['abc', 'cba', 'bca', 'acb', 'cab', 'bac'])
    expect(orders(['a', 'b'], 4)).toEqual(['ab', 'ba', 'ba', 'ab'])
  })

  it('are interleaved, and have figures for each contestant', async () => {
    const both = ['a', 'b'].map((name) => contestant(name, async () => redis.get(name)))
    const outcomes = await runGroup(both, { rounds: 3, windowMs: 1 }, redis)
    expect(outcomes.map(({ rounds }) => rounds.length)).toEqual([3, 3])
    for (const { wallUs, cpuUs, p99Us, commands } of outcomes.flatMap(({ rounds }) => rounds)) {
      for (const figure of [wallUs, cpuUs, p99Us, commands]) expect(figure).toBeGreaterThan(0)
    }
    // Calibrated: ab. Then ab, ba, ba, ab, and ab with MONITOR; equal neighbours are one.
    expect(ran.join('')).toBe('ababababab')
  })

  it('are invalid if a hit loads', async () => {
    const loading = contestant('loading', async () => void loads++)
    const [outcome] = await runGroup([loading], { rounds: 1, windowMs: 1 }, redis)
    expect(whyInvalid(outcome!)).toBe('cache-core, hit in Redis: 1.0 loads per operation')
    const [hit] = await runGroup([contestant('hit', async () => {})], { rounds: 1, windowMs: 1 }, redis)
    expect(whyInvalid(hit!)).toBeUndefined()
  })
})
