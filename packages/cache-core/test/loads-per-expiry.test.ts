/**
 * Loads per expiry over many expiries: three processes read one key all the time, in virtual time. For strategies that decide at
 * random, only this test checks the guaranteed mean; the pairs and the explorer check one expiry each.
 */
import { expect, it } from 'vitest'
import { seededRandom } from 'workload'
import { type CachingStrategy, createCache, memoryStore, refreshAhead } from '../src/index.ts'
import { invalidate } from '../src/strategies/invalidate.ts'
import { fakeRuntime } from '../src/testing/index.ts'
import { cachingReads } from './all-strategies.ts'

const PROCESSES = 3
const TIMES = { ttlMs: 100, leaseMs: 1_000, staleMs: 50 }
const LOAD_MS = 8
const EXPIRIES = 100
/** Tolerance for the mean of EXPIRIES. */
const TOLERANCE = 1.1

/** Loads per fill, while three processes read a key every millisecond. */
async function loadsPerExpiry(read: CachingStrategy): Promise<number> {
  const runtime = { ...fakeRuntime(), random: seededRandom(1).uniform }
  const store = memoryStore({ runtime })
  const caches = Array.from({ length: PROCESSES }, () => createCache({ store, read, write: invalidate(), runtime }))
  const sum = (count: 'fills' | 'loads') => caches.reduce((total, cache) => total + cache.stats()[count], 0)
  const load = async () => {
    await runtime.sleep(LOAD_MS)
    return 1
  }
  while (sum('fills') < EXPIRIES) {
    for (const cache of caches) void cache.read('k', load)
    await runtime.advance(1)
  }
  return sum('loads') / sum('fills')
}

function declared({ guarantee: { loadsPerExpiry: allowed } }: CachingStrategy): number {
  if ('expected' in allowed) return allowed.expected * TOLERANCE
  return allowed.atMost * (allowed.per === 'process' ? PROCESSES : 1)
}

const strategies = cachingReads.map((read) => read(TIMES) as CachingStrategy)

it.each(strategies)('$name loads no more often than guaranteed', async (read) => {
  const loads = await loadsPerExpiry(read)
  console.log(`${read.name}: ${loads.toFixed(2)} loads per expiry`)
  expect(loads).toBeLessThanOrEqual(declared(read))
})

it('detects a strategy that guarantees a lower mean than it has', async () => {
  const read = refreshAhead({ ttlMs: 100, leaseMs: 1_000 })
  const boasting = {
    ...read,
    guarantee: { ...read.guarantee, loadsPerExpiry: { expected: 0.5, per: 'expiry' } },
  } as const
  expect(await loadsPerExpiry(boasting)).toBeGreaterThan(declared(boasting))
})
