import type { StrategyName } from 'strategies'
import { describe, expect, it } from 'vitest'
import { random, zipf } from 'workload'
import type { TraceRequest } from 'workload/traces'
import { simulate } from '../simulation/simulate.ts'
import { hitRatioOfKey, hitRatioRefreshed, hitRatioServedStale, type KeyRates, type OnWrite } from './hit-ratio.ts'

const forms = ['nothing', 'invalidate', 'write-through'] as const
const guarded = { isGuarded: true }
/** Simulated per case. `pnpm test:nightly` has 600,000. */
const REQUESTS = Number(process.env.HIT_RATIO_REQUESTS ?? 60_000)
const TIMEOUT_MS = 60_000 + REQUESTS / 4

/** Poisson streams on equally popular keys. Each key has these `rates`. */
function* poisson(rates: KeyRates, keys: number, requests: number): Generator<TraceRequest> {
  const perKey = rates.reads + rates.readModifyWrites + rates.writes
  let timeMs = 0
  for (let n = 0; n < requests; n++) {
    timeMs += (-Math.log(1 - random(1, 0, n)) / (perKey * keys)) * 1_000
    const at = { timeMs, key: `k${Math.floor(random(1, 1, n) * keys)}` }
    const kind = random(1, 2, n) * perKey
    if (kind < rates.reads + rates.readModifyWrites) yield { ...at, op: 'read' }
    if (kind >= rates.reads) yield { ...at, op: 'write' }
  }
}

describe('the predicted hit ratio is that of the simulated strategies', { timeout: TIMEOUT_MS }, () => {
  const load: readonly (readonly [string, KeyRates])[] = [
    ['reads only', { reads: 1, readModifyWrites: 0, writes: 0 }],
    ['a few writes', { reads: 1, readModifyWrites: 0, writes: 0.1 }],
    ['half writes', { reads: 0.5, readModifyWrites: 0, writes: 0.5 }],
    ['half read-modify-writes', { reads: 0.5, readModifyWrites: 0.5, writes: 0 }],
    ['a mix of all', { reads: 0.8, readModifyWrites: 0.2, writes: 0.1 }],
  ]
  const strategyOf: Record<OnWrite, StrategyName> = {
    nothing: 'cache-aside',
    invalidate: 'manual-invalidation',
    'write-through': 'write-through',
  }

  it.each(forms.flatMap((onWrite) => load.map(([title, rates]) => ({ onWrite, title, rates }))))(
    '$onWrite, $title',
    async ({ onWrite, rates }) => {
      const times = { ttlMs: 2_000, loadMs: 0 }
      const requests = poisson(rates, 50, REQUESTS)
      const options = { strategy: strategyOf[onWrite], requests, seed: 1, warmupMs: 10_000 }
      const { hitRatio } = await simulate({ ...options, ...times })
      expect(Math.abs(hitRatio - hitRatioOfKey(rates, onWrite, { ...times, ...guarded }))).toBeLessThan(0.005)
    },
  )

  it.each(forms)('%s, with loads of 10 % of the TTL', async (onWrite) => {
    const rates = { reads: 2, readModifyWrites: 0, writes: 0.2 }
    const times = { ttlMs: 2_000, loadMs: 200 }
    const requests = poisson(rates, 50, REQUESTS)
    const { hitRatio } = await simulate({
      strategy: strategyOf[onWrite],
      requests,
      seed: 1,
      warmupMs: 10_000,
      ...times,
    })
    expect(Math.abs(hitRatio - hitRatioOfKey(rates, onWrite, { ...times, ...guarded }))).toBeLessThan(0.01)
  })

  it('for a hot key that takes every second request of a regular stream', async () => {
    const rates = { reads: 45, readModifyWrites: 0, writes: 5 }
    const requests = Array.from({ length: 60_000 }, (_, n): TraceRequest => {
      const key = random(1, 1, n) < 0.5 ? 'hot' : 'other'
      return { timeMs: n * 10, key, op: random(1, 2, n) < 0.1 ? 'write' : 'read' }
    })
    const { hitRatio } = await simulate({ strategy: 'manual-invalidation', requests, ttlMs: 500, seed: 1 })
    const predicted = hitRatioOfKey(rates, 'invalidate', { ttlMs: 500, loadMs: 0, ...guarded })
    expect(Math.abs(hitRatio - predicted)).toBeLessThan(0.01)
  })
})

describe('with background refreshes', { timeout: TIMEOUT_MS }, () => {
  const load: readonly (readonly [number, number])[] = [
    [1, 0],
    [0.5, 0.05],
    [3, 0.3],
    [0.3, 0.3],
  ]

  it.each(load)('refresh-ahead, %f reads and %f writes per second', async (reads, writes) => {
    const rates = { reads, readModifyWrites: 0, writes }
    for (const loadMs of [0, 20]) {
      const requests = poisson(rates, 50, REQUESTS)
      const simulated = await simulate({
        strategy: 'refresh-ahead',
        requests,
        seed: 1,
        ttlMs: 2_000,
        loadMs,
        warmupMs: 10_000,
      })
      const predicted = hitRatioRefreshed(rates, { freshMs: 1_600, windowMs: 400, loadMs })
      expect(Math.abs(simulated.hitRatio - predicted), `loads of ${loadMs} ms`).toBeLessThan(0.007)
    }
  })

  it.each(load)(
    'stale-while-revalidate from an empty cache, %f reads and %f writes per second',
    async (reads, writes) => {
      const rates = { reads, readModifyWrites: 0, writes }
      const [keys, fromMs, toMs] = [8_000, 2_000, 6_000]
      for (const loadMs of [0, 40]) {
        const requests = poisson(rates, keys, Math.min(120_000, Math.round(((reads + writes) * keys * toMs) / 1_000)))
        const until = Math.min(toMs, (120_000 / ((reads + writes) * keys)) * 1_000)
        const simulated = await simulate({
          strategy: 'stale-while-revalidate',
          requests,
          seed: 1,
          ttlMs: 1_000,
          loadMs,
          warmupMs: fromMs,
        })
        const predicted = hitRatioServedStale(rates, { fromMs, toMs: until, loadMs })
        expect(Math.abs(simulated.hitRatio - predicted), `loads of ${loadMs} ms`).toBeLessThan(0.007)
      }
    },
  )

  it('always hits if a key is read constantly and never written', () => {
    expect(hitRatioRefreshed({ reads: 50, writes: 0 }, { freshMs: 1_000, windowMs: 60_000, loadMs: 10 })).toBe(1)
  })

  it('equals the hit ratio of a TTL without a refresh window', () => {
    const rates = { reads: 3, readModifyWrites: 0, writes: 0.4 }
    const expected = hitRatioOfKey(rates, 'invalidate', { ttlMs: 5_000, loadMs: 40, ...guarded })
    expect(hitRatioRefreshed(rates, { freshMs: 5_000, windowMs: 0, loadMs: 40 })).toBeCloseTo(expected, 12)
  })
})

describe('in the limit', () => {
  const rates = { reads: 3, readModifyWrites: 0, writes: 0.4 }
  const times = { ttlMs: 5_000, loadMs: 40, ...guarded }

  it.each(forms)('%s without writes is λT / (1 + λT)', (onWrite) => {
    const few = { ...rates, writes: 1e-9 }
    const noLoad = { ...times, loadMs: 0 }
    expect(hitRatioOfKey(few, onWrite, noLoad)).toBeCloseTo(15 / 16, 6)
    expect(hitRatioOfKey({ ...rates, writes: 0 }, onWrite, noLoad)).toBeCloseTo(15 / 16, 12)
  })

  it('without expiry, every read hits except after an invalidation', () => {
    const forever = { ...times, ttlMs: 1e12, loadMs: 0 }
    expect(hitRatioOfKey(rates, 'nothing', forever)).toBeCloseTo(1, 9)
    expect(hitRatioOfKey(rates, 'invalidate', forever)).toBeCloseTo(3 / 3.4, 9)
    expect(hitRatioOfKey(rates, 'write-through', forever)).toBe(1)
    expect(hitRatioOfKey(rates, 'write-through', { ...forever, loadMs: 40 })).toBe(1)
  })

  it.each(forms)('%s: with loads as long as the TTL, only writes fill', (onWrite) => {
    const ratio = hitRatioOfKey({ ...rates, writes: 0 }, onWrite, { ...times, ttlMs: 100, loadMs: 5_000 })
    expect(ratio).toBe(0)
  })

  it('a key without reads has no hits', () => {
    expect(hitRatioOfKey({ reads: 0, readModifyWrites: 0, writes: 1 }, 'write-through', times)).toBe(0)
  })

  it('with only read-modify-writes, invalidation leaves no hits', () => {
    const only = { reads: 0, readModifyWrites: 1, writes: 0 }
    expect(hitRatioOfKey(only, 'invalidate', times)).toBe(0)
    expect(hitRatioOfKey(only, 'write-through', { ...times, ttlMs: 1e9 })).toBe(1)
  })
})

/** Zipf 0.99, 1,000 operations per second, invalidated on write. The bounds were computed separately from this code. */
it.each([
  [1_000, 10, [0.925, 0.889, 0.484]],
  [1_000, 60, [0.984, 0.942, 0.5]],
  [10_000, 10, [0.752, 0.722, 0.396]],
  [10_000, 60, [0.9, 0.863, 0.469]],
])('has the known upper bounds for %d keys and a TTL of %d s', (keys, ttlS, expected) => {
  const popularity = zipf({ items: keys, exponent: 0.99 })
  const ratios = [0, 0.05, 0.5].map((writeShare) => {
    let ratio = 0
    for (let rank = 1; rank <= keys; rank++) {
      const p = popularity.probability(rank)
      const rates = { reads: 1_000 * p * (1 - writeShare), readModifyWrites: 0, writes: 1_000 * p * writeShare }
      ratio += p * hitRatioOfKey(rates, 'invalidate', { ttlMs: ttlS * 1_000, loadMs: 0, ...guarded })
    }
    return ratio
  })
  for (const [at, ratio] of ratios.entries()) expect(Math.abs(ratio - expected[at]!)).toBeLessThan(0.0006)
})
