import { strategyNames } from 'strategies'
import type { TraceRequest } from 'traces'
import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

const LONG_MS = 1e9

/** One every millisecond unless told otherwise. */
function reads(keys: Iterable<string>, everyMs = 1): TraceRequest[] {
  return Array.from(keys, (key, n) => ({ timeMs: n * everyMs, op: 'read', key }))
}

function loop(keys: number, requests: number): TraceRequest[] {
  return reads(Array.from({ length: requests }, (_, n) => `k${n % keys}`))
}

const caching = strategyNames.filter((name) => name !== 'no-cache')

describe.each(caching)('%s', (strategy) => {
  it('never hits in a loop over one key more than there is room for', async () => {
    const simulated = await simulate({ strategy, requests: loop(101, 5_050), ttlMs: LONG_MS, maxEntries: 100, seed: 1 })
    expect(simulated).toMatchObject({ hitRatio: 0, reads: 5_050, loads: 5_050, evictions: 4_950, peakEntries: 100 })
  })

  it('misses each key once where there is room for all of them', async () => {
    const simulated = await simulate({ strategy, requests: loop(100, 5_000), ttlMs: LONG_MS, maxEntries: 100, seed: 1 })
    expect(simulated).toMatchObject({ hitRatio: 1 - 100 / 5_000, loads: 100, evictions: 0, peakEntries: 100 })
  })

  it('hits as often as a TTL counted by hand says', async () => {
    const requests = reads(Array.from({ length: 4_000 }, (_, n) => `k${(n * n * 31) % 97}`))
    const simulated = await simulate({ strategy, requests, ttlMs: 250, seed: 1 })
    expect(simulated.outcomes.hits).toBe(hitsWithin(250, requests))
  })
})

/** A cache without limits, read only: a hit when less than the TTL has passed since the fill. */
function hitsWithin(ttlMs: number, requests: readonly TraceRequest[]): number {
  const filledAt = new Map<string, number>()
  let hits = 0
  for (const { key, timeMs } of requests) {
    if (timeMs - (filledAt.get(key) ?? Number.NEGATIVE_INFINITY) < ttlMs) hits++
    else filledAt.set(key, timeMs)
  }
  return hits
}

describe('a write', () => {
  const requests: TraceRequest[] = [
    { timeMs: 0, op: 'read', key: 'a' },
    { timeMs: 10, op: 'write', key: 'a' },
    { timeMs: 30, op: 'read', key: 'a' },
    { timeMs: 50, op: 'write', key: 'a' },
    { timeMs: 60, op: 'read', key: 'a' },
    { timeMs: 100, op: 'read', key: 'a' },
  ]

  it.each([
    ['no-cache', 4, 0],
    ['manual-invalidation', 3, 0],
    ['write-through', 1, 0],
    ['stampede-lock', 3, 0],
  ] as const)(
    'under %s costs %d loads in all, and nobody reads what it replaced',
    async (strategy, loads, staleReads) => {
      expect(await simulate({ strategy, requests, ttlMs: 1_000, seed: 1 })).toMatchObject({
        loads,
        staleReads,
        writes: 2,
      })
    },
  )

  it('under cache-aside is not seen until the TTL ends, counted from the first write that was missed', async () => {
    const simulated = await simulate({ strategy: 'cache-aside', requests, ttlMs: 100, seed: 1 })
    expect(simulated).toMatchObject({ loads: 2, staleReads: 2, staleForMs: { p50: 20, p99: 50, max: 50 } })
  })

  it('that deletes leaves nothing in the cache, under write-through too', async () => {
    const deleted = requests.map(
      (request) => ({ ...request, op: request.op === 'write' ? 'delete' : request.op }) as const,
    )
    expect(await simulate({ strategy: 'write-through', requests: deleted, ttlMs: 1_000, seed: 1 })).toMatchObject({
      loads: 3,
      staleReads: 0,
    })
  })

  it.each([
    ['manual-invalidation', 0],
    ['naive-invalidation', 1],
  ] as const)('that overtakes a load: %s serves the old value in %d later read', async (strategy, staleReads) => {
    const overtaken: TraceRequest[] = [
      { timeMs: 0, op: 'read', key: 'a' },
      { timeMs: 10, op: 'write', key: 'a' },
      { timeMs: 50, op: 'read', key: 'a' },
    ]
    const simulated = await simulate({ strategy, requests: overtaken, ttlMs: 1_000, loadMs: 25, seed: 1 })
    expect(simulated.staleReads).toBe(staleReads)
  })
})

describe('loads that take time', () => {
  const herd = reads(Array.from({ length: 100 }, () => 'hot'))

  it('are waited for by those who come meanwhile', async () => {
    const simulated = await simulate({ strategy: 'cache-aside', requests: herd, ttlMs: 1_000, loadMs: 40, seed: 1 })
    expect(simulated.outcomes).toEqual({ hits: 60, stale: 0, misses: 1, collapsed: 39, bypassed: 0 })
  })

  it('are made by each of the processes under cache-aside, and by one of all under a stampede lock', async () => {
    const options = { requests: herd, ttlMs: 1_000, loadMs: 40, processes: 3, seed: 1 }
    expect((await simulate({ ...options, strategy: 'cache-aside' })).loads).toBe(3)
    expect((await simulate({ ...options, strategy: 'stampede-lock' })).loads).toBe(1)
  })
})

it('gives the same figures for the same seed', async () => {
  const options = { strategy: 'stampede-lock', requests: loop(7, 500), ttlMs: 90, loadMs: 25, processes: 3 } as const
  const { wallMs: _, ...first } = await simulate({ ...options, seed: 4 })
  const { wallMs: __, ...again } = await simulate({ ...options, seed: 4 })
  expect(again).toEqual(first)
})

it('counts nothing of the warm-up', async () => {
  const simulated = await simulate({
    strategy: 'cache-aside',
    requests: loop(10, 30),
    ttlMs: LONG_MS,
    warmupMs: 10,
    seed: 1,
  })
  expect(simulated).toMatchObject({ reads: 20, loads: 0, hitRatio: 1, virtualMs: 19 })
})

it('counts the bytes of entries by the sizes in the trace', async () => {
  const requests = loop(10, 10).map((request) => ({ ...request, sizeBytes: 1_000_000 }))
  const simulated = await simulate({ strategy: 'cache-aside', requests, ttlMs: LONG_MS, maxEntries: 4, seed: 1 })
  expect(simulated).toMatchObject({ peakEntries: 4, peakBytes: 4 * (1_000_000 + 40 + 'k0'.length) })
})

it('refuses room for nothing', async () => {
  const simulation = simulate({ strategy: 'cache-aside', requests: [], ttlMs: 1, maxEntries: 0, seed: 1 })
  await expect(simulation).rejects.toThrow('maxEntries is 0; give a whole number of at least 1')
})
