import { describe, expect, it } from 'vitest'
import type { TraceRequest } from 'workload/traces'
import { simulate } from './simulate.ts'
import { simulatedNames } from './simulated-names.ts'

const LONG_MS = 1e9

/** One read every `everyMs`. */
function reads(keys: Iterable<string>, everyMs = 1): TraceRequest[] {
  return Array.from(keys, (key, n) => ({ timeMs: n * everyMs, op: 'read', key }))
}

function loop(keys: number, requests: number): TraceRequest[] {
  return reads(Array.from({ length: requests }, (_, n) => `k${n % keys}`))
}

const caching = simulatedNames.filter((name) => name !== 'no-cache')

describe.each(caching)('%s', (strategy) => {
  it('never hits in a loop over one key more than its capacity', async () => {
    const simulated = await simulate({ strategy, requests: loop(101, 5_050), ttlMs: LONG_MS, maxEntries: 100, seed: 1 })
    expect(simulated).toMatchObject({ hitRatio: 0, reads: 5_050, loads: 5_050, evictions: 4_950, peakEntries: 100 })
  })

  it('misses each key once if the capacity suffices', async () => {
    const simulated = await simulate({ strategy, requests: loop(100, 5_000), ttlMs: LONG_MS, maxEntries: 100, seed: 1 })
    expect(simulated).toMatchObject({ hitRatio: 1 - 100 / 5_000, loads: 100, evictions: 0, peakEntries: 100 })
  })

  it('hits as often as a separate count of the TTL', async () => {
    const requests = reads(Array.from({ length: 4_000 }, (_, n) => `k${(n * n * 31) % 97}`))
    const { outcomes, loads, refreshLoads, waitingReads } = await simulate({ strategy, requests, ttlMs: 250, seed: 1 })
    const { hits, stale, misses } = outcomes
    expect({ hits, stale, misses, refreshLoads }).toEqual(countedByHand(limitsOf[strategy] ?? PLAIN, requests))
    expect(loads).toBe(misses + refreshLoads)
    expect(waitingReads).toBe(misses)
  })
})

interface Limits {
  /** Until then the entry is only served. */
  readonly freshMs: number
  /** Until then it is served and refreshed in the background, immediately since loads take no time. */
  readonly refreshMs: number
  /** After that it is served as stale. */
  readonly ttlMs: number
}

/** For a TTL of 250 ms. XFetch refreshes by the load time, which is 0 here, so never. */
const PLAIN: Limits = { freshMs: 250, refreshMs: 250, ttlMs: 250 }
const limitsOf: Partial<Record<(typeof simulatedNames)[number], Limits>> = {
  'stale-while-revalidate': { ...PLAIN, refreshMs: 250 + 300_000 },
  'refresh-ahead': { ...PLAIN, freshMs: 200 },
  'always-hit': { freshMs: LONG_MS, refreshMs: LONG_MS, ttlMs: LONG_MS },
}

/** A read-only cache of unlimited capacity. */
function countedByHand({ freshMs, refreshMs, ttlMs }: Limits, requests: readonly TraceRequest[]) {
  const filledAt = new Map<string, number>()
  const counted = { hits: 0, stale: 0, misses: 0, refreshLoads: 0 }
  for (const { key, timeMs } of requests) {
    const ageMs = timeMs - (filledAt.get(key) ?? Number.NEGATIVE_INFINITY)
    if (ageMs >= refreshMs) counted.misses++
    else if (ageMs < ttlMs) counted.hits++
    else counted.stale++
    if (ageMs >= freshMs && ageMs < refreshMs) counted.refreshLoads++
    if (ageMs >= freshMs) filledAt.set(key, timeMs)
  }
  return counted
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
  ] as const)('under %s costs %d loads in all, and no read is stale', async (strategy, loads, staleReads) => {
    expect(await simulate({ strategy, requests, ttlMs: 1_000, seed: 1 })).toMatchObject({
      loads,
      staleReads,
      writes: 2,
    })
  })

  it('under cache-aside is not seen until the TTL ends; staleness counts from the first missed write', async () => {
    const simulated = await simulate({ strategy: 'cache-aside', requests, ttlMs: 100, seed: 1 })
    expect(simulated).toMatchObject({ loads: 2, staleReads: 2, staleForMs: { p50: 35, p99: 49.7, max: 50 } })
  })

  it('that deletes leaves nothing in the cache, even under write-through', async () => {
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
  ] as const)('that comes during a load: later stale reads under %s: %d', async (strategy, staleReads) => {
    const duringLoad: TraceRequest[] = [
      { timeMs: 0, op: 'read', key: 'a' },
      { timeMs: 10, op: 'write', key: 'a' },
      { timeMs: 50, op: 'read', key: 'a' },
    ]
    const simulated = await simulate({ strategy, requests: duringLoad, ttlMs: 1_000, loadMs: 25, seed: 1 })
    expect(simulated.staleReads).toBe(staleReads)
  })
})

describe('loads that take time', () => {
  const herd = reads(Array.from({ length: 100 }, () => 'hot'))

  it('make later reads of the key wait', async () => {
    const simulated = await simulate({ strategy: 'cache-aside', requests: herd, ttlMs: 1_000, loadMs: 40, seed: 1 })
    expect(simulated.outcomes).toEqual({ hits: 60, stale: 0, misses: 1, collapsed: 39, bypassed: 0 })
  })

  it.each([
    ['stampede-lock', { hits: 160, stale: 0, misses: 2, collapsed: 78, bypassed: 0 }, 0],
    ['stale-while-revalidate', { hits: 160, stale: 40, misses: 1, collapsed: 39, bypassed: 0 }, 1],
    ['refresh-ahead', { hits: 200, stale: 0, misses: 1, collapsed: 39, bypassed: 0 }, 1],
    ['xfetch', { hits: 200, stale: 0, misses: 1, collapsed: 39, bypassed: 0 }, 3],
  ] as const)('at an expiry under %s: waiting reads and background loads', async (strategy, outcomes, refreshLoads) => {
    const hot = reads(Array.from({ length: 240 }, () => 'hot'))
    const simulated = await simulate({ strategy, requests: hot, ttlMs: 200, loadMs: 40, seed: 4 })
    expect(simulated).toMatchObject({
      outcomes,
      refreshLoads,
      loads: outcomes.misses + refreshLoads,
      waitingReads: outcomes.misses + outcomes.collapsed,
    })
  })

  it('run in each process under cache-aside, and in one process under a stampede lock', async () => {
    const options = { requests: herd, ttlMs: 1_000, loadMs: 40, processes: 3, seed: 1 }
    expect((await simulate({ ...options, strategy: 'cache-aside' })).loads).toBe(3)
    expect((await simulate({ ...options, strategy: 'stampede-lock' })).loads).toBe(1)
  })
})

it('has the same figures for the same seed', async () => {
  const options = { strategy: 'stampede-lock', requests: loop(7, 500), ttlMs: 90, loadMs: 25, processes: 3 } as const
  const { wallMs: _, ...first } = await simulate({ ...options, seed: 4 })
  const { wallMs: __, ...again } = await simulate({ ...options, seed: 4 })
  expect(again).toEqual(first)
})

it('does not count the warm-up', async () => {
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

it('rejects a capacity of 0', async () => {
  const simulation = simulate({ strategy: 'cache-aside', requests: [], ttlMs: 1, maxEntries: 0, seed: 1 })
  await expect(simulation).rejects.toThrow('maxEntries is 0; give a whole number of at least 1')
})
