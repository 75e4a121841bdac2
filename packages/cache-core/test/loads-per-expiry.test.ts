/**
 * How many loads an expiry costs, over many: three processes that read one key all the time, on virtual time. Where chance
 * decides, this is what holds a strategy to the mean that it declares; the pairs and the explorer look at one expiry each.
 */
import { expect, it } from 'vitest'
import { type CachingStrategy, createCache, memoryStore } from '../src/index.ts'
import { invalidate } from '../src/strategies/invalidate.ts'
import { rngOf } from '../src/testing/explorer/rng.ts'
import { fakeRuntime } from '../src/testing/index.ts'
import { cachingReads } from './all-strategies.ts'
import { throwawayRefreshAhead, throwaways } from './throwaway-strategies.ts'

const PROCESSES = 3
const TIMES = { ttlMs: 100, leaseMs: 1_000, staleMs: 50 }
const LOAD_MS = 8
const EXPIRIES = 100
/** What the mean of so many may be off by. */
const TOLERANCE = 1.1

/** Loads per entry that was kept, while three processes read a key each millisecond. */
async function loadsPerExpiry(read: CachingStrategy): Promise<number> {
  const rng = rngOf(1)
  const runtime = { ...fakeRuntime(), random: () => rng.below(1_000) / 1_000 }
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

const strategies = [...cachingReads, ...throwaways].map((read) => read(TIMES) as CachingStrategy)

it.each(strategies)('$name loads no more often than it declares', async (read) => {
  const loads = await loadsPerExpiry(read)
  console.log(`${read.name}: ${loads.toFixed(2)} loads per expiry`)
  expect(loads).toBeLessThanOrEqual(declared(read))
})

it('a strategy that declares a lower mean than it has is found out', async () => {
  const read = throwawayRefreshAhead(TIMES)
  const boasting = {
    ...read,
    guarantee: { ...read.guarantee, loadsPerExpiry: { expected: 0.5, per: 'expiry' } },
  } as const
  expect(await loadsPerExpiry(boasting)).toBeGreaterThan(declared(boasting))
})
