/** 4 processes × 250 readers of one expired key whose load takes 100 ms: the library on a real Redis, no HTTP. */
import { afterEach, expect, it } from 'vitest'
import { quantilesOf } from 'workload'
import type { StrategyName } from '../src/index.ts'
import { Herd, type Round } from './herd.ts'

const PROCESSES = 4
const READERS = 250
const LOAD_MS = 100
const TTL_MS = 250

let herd: Herd
let herds = 0
afterEach(() => herd.disperse())

async function gather(strategy: StrategyName, leaseMs: number): Promise<Herd> {
  const prefix = `herd-${process.pid}-${herds++}:`
  const redisUrl = process.env.TEST_REDIS_URL!
  herd = await Herd.gather(PROCESSES, { strategy, redisUrl, prefix, ttlMs: LOAD_MS + TTL_MS, leaseMs, loadMs: LOAD_MS })
  await herd.stampede('k', 1) // the first fill, which has expired by the first round
  return herd
}

/** The TTL counts from the start of the load, so a filled entry lives for another TTL_MS. */
async function expiredRounds(count: number): Promise<Round[]> {
  const loop: Round[] = []
  while (loop.length < count) {
    await new Promise((resolve) => setTimeout(resolve, TTL_MS + 50))
    loop.push(await herd.stampede('k', READERS))
  }
  return loop
}

function report(title: string, loop: readonly Round[]): { loads: number[]; medianP99Ms: number } {
  const loads = loop.map((round) => round.loads)
  const medianP99Ms = quantilesOf(loop.map(({ waitsMs }) => quantilesOf(waitsMs)(0.99)))(0.5)
  console.log(
    `${title}: loads per round ${loads.join(' ')} · p99 wait, median over rounds ${medianP99Ms.toFixed(1)} ms`,
  )
  return { loads, medianP99Ms }
}

it('stampede-lock does exactly one load in each of 20 rounds, and readers wait little longer than the load', async () => {
  await gather('stampede-lock', 2_000)
  const { loads, medianP99Ms } = report('stampede-lock', await expiredRounds(20))
  expect(loads).toEqual(Array(20).fill(1))
  expect(medianP99Ms).toBeLessThanOrEqual(LOAD_MS + 50)
}, 60_000)

it('cache-aside does at most one load per process', async () => {
  await gather('cache-aside', 2_000)
  const { loads } = report('cache-aside', await expiredRounds(5))
  expect(Math.max(...loads)).toBeLessThanOrEqual(PROCESSES)
  expect(Math.max(...loads)).toBeGreaterThan(1)
}, 60_000)

it('naive-lock does one load while its lock outlives the load', async () => {
  await gather('naive-lock', 2_000)
  expect(report('naive-lock, lock of 2 s', await expiredRounds(5)).loads).toEqual(Array(5).fill(1))
}, 60_000)

it('naive-lock does more when its lock ends before the load', async () => {
  await gather('naive-lock', 50)
  const { loads } = report('naive-lock, lock of 50 ms', await expiredRounds(5))
  expect(Math.min(...loads)).toBeGreaterThan(1)
}, 60_000)

it('stampede-lock answers every reader when the holder is killed, with at most 2 loads', async () => {
  await gather('stampede-lock', 500)
  await new Promise((resolve) => setTimeout(resolve, TTL_MS + 50))
  let killed = false
  const { loads, waitsMs } = await herd.stampede('k', READERS, (worker) => {
    if (!killed) worker.kill('SIGKILL')
    killed = true
  })
  console.log(`holder killed: ${loads} loads, longest wait ${waitsMs.at(-1)!.toFixed(0)} ms`)
  expect(killed).toBe(true)
  expect(loads).toBeLessThanOrEqual(2)
  expect(waitsMs).toHaveLength((PROCESSES - 1) * READERS)
}, 60_000)
