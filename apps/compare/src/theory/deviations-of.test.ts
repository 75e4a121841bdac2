import { describe, expect, it } from 'vitest'
import { type MadeUpOptions, madeUpComparison } from '../../test/made-up-comparison.ts'
import type { ComparedStrategy } from '../comparison.ts'
import { deviationsOf } from './deviations-of.ts'
import { predict } from './predict.ts'

const READS_ONLY = { writeShare: 0 }

/** A comparison of one strategy that deletes on write. */
function compared(figures: MadeUpOptions['strategies'][string], workload: MadeUpOptions['workload'] = {}) {
  return madeUpComparison({ strategies: { 'manual-invalidation': figures }, workload })
}

function predicted(workload: MadeUpOptions['workload'] = {}, change: Partial<ComparedStrategy> = {}, processes = 2) {
  const { strategies, config } = compared({}, workload)
  return predict({ ...strategies[0]!, ...change }, { ...config, apiProcesses: processes })
}

describe('deviationsOf', () => {
  const [{ predicted: hitRatio } = { predicted: Number.NaN }] = predicted(READS_ONLY)

  it.each([
    [-0.011, true],
    [-0.009, false],
    [0.009, false],
    [0.011, true],
  ])('of a median %f from the predicted hit ratio: %s', (off, deviates) => {
    const runs = [hitRatio + off, hitRatio + off, hitRatio + off, 0, 1]
    expect(deviationsOf(compared({ postHitRatio: runs }, READS_ONLY))).toMatchObject([
      {
        strategy: 'manual-invalidation',
        measure: 'postHitRatio',
        tolerance: 0.01,
        deviates,
        measured: { values: runs },
      },
    ])
  })

  it('may be below an "at most" prediction, but not above it', () => {
    const workload = { writeShare: 0.5, ttlMs: 1e9 }
    const ceiling = (measured: number) => deviationsOf(compared({ postHitRatio: measured }, workload))[1]
    expect(ceiling(0.2)).toMatchObject({ predicted: 0.5, deviates: false })
    expect(ceiling(0.505)).toMatchObject({ deviates: false })
    expect(ceiling(0.52)).toMatchObject({ deviates: true })
  })

  it('leaves out figures that were not measured, and runs that do not count', () => {
    expect(deviationsOf(compared({ postHitRatio: null }))).toEqual([])
    const failed = madeUpComparison({
      strategies: { 'manual-invalidation': { postHitRatio: 0.5 } },
      turn: { 'manual-invalidation': { status: 'failed-check' } },
    })
    expect(deviationsOf(failed)).toEqual([])
  })
})

describe('predict', () => {
  it('tolerates 1 point of hit ratio over 5 TTLs, and more over fewer', () => {
    const { strategies, config } = compared({}, READS_ONLY)
    const toleranceOver = (measuredMs: number) => predict(strategies[0]!, { ...config, measuredMs })[0]!.tolerance
    expect([50_000, 25_000, 10_000].map(toleranceOver)).toEqual([0.01, 0.01, 0.025])
  })

  it.each([
    ['a moving popularity', { popularity: 'latest' }, {}],
    ['a cold start', { cold: true }, {}],
    ['a crowd', { crowd: { from: 0.4, to: 0.6, rateFactor: 5, share: 0.8 } }, {}],
    ['a trace', { trace: { file: 'a.log', requests: 1, skipped: 0, keys: 1, speed: 1 } }, {}],
    ['a peer', {}, { name: 'peer:another' }],
    ['the ceiling', {}, { name: 'always-hit', read: 'cache-aside', write: 'expire-only' }],
    ['a stale window that is shorter than the run', {}, { read: 'stale-while-revalidate' }],
    ['loads that are slow against the refresh window', { originDelayMs: 101 }, { read: 'refresh-ahead' }],
    ['a read-modify-write that refreshes', { readModifyWriteShare: 0.5 }, { read: 'refresh-ahead' }],
    ['a strategy without a formula', {}, { read: 'xfetch' }],
  ] as const)('predicts nothing for %s', (_, workload, change) => {
    expect(predicted(workload, change)).toEqual([])
  })

  it('predicts no hits without a cache', () => {
    expect(predicted({}, { read: 'no-cache', write: 'expire-only' })).toMatchObject([{ predicted: 0, tolerance: 0 }])
  })

  it('predicts more hits with background refreshes, and the most if only writes end an entry', () => {
    const workload = { posts: 150, writeShare: 0.005 }
    const { promise } = compared({}).strategies[0]!
    const [expired, ahead, stale] = [
      predicted(workload),
      predicted(workload, { read: 'refresh-ahead' }),
      predicted(workload, { read: 'stale-while-revalidate', promise: { ...promise, staleForAtMostMs: 305_000 } }),
    ].map(([prediction]) => prediction!.predicted)
    expect(ahead!).toBeGreaterThan(expired! + 0.01)
    expect(stale!).toBeGreaterThan(ahead! + 0.01)
    expect(stale!).toBeLessThan(0.995)
  })

  it('predicts one load per expiry with a lease', () => {
    const loadsPerExpiry = { atMost: 1, per: 'expiry' } as const
    const promise = { ...compared({}).strategies[0]!.promise, loadsPerExpiry }
    expect(predicted({ ...READS_ONLY, originDelayMs: 500 }, { read: 'stampede-lock', promise })[1]).toMatchObject({
      measure: 'stampedeFactor',
      predicted: 1,
      kind: 'equal',
    })
  })

  it('predicts at most one load per process, and no more loads than readers', () => {
    const one = { ...READS_ONLY, posts: 1, ratePerSecond: 10 }
    expect(predicted({ ...one, originDelayMs: 1_000 }, {}, 3)[1]).toMatchObject({ predicted: 3, kind: 'at most' })
    expect(predicted({ ...one, originDelayMs: 50 }, {}, 3)[1]).toMatchObject({ predicted: 1.5, kind: 'at most' })
  })

  it('predicts nothing if each of several processes has its own cache', () => {
    const { promise } = compared({}, READS_ONLY).strategies[0]!
    const local = { promise: { ...promise, readAfterWrite: false, where: 'this process' } } as const
    expect(predicted(READS_ONLY, local, 2)).toEqual([])
    expect(predicted(READS_ONLY, local, 1)).toEqual(predicted(READS_ONLY, {}, 1))
  })

  it('leaves the reads of lists out of the rates', () => {
    const halfLists = { ...READS_ONLY, ratePerSecond: 200, listShare: 0.5 }
    expect(predicted(halfLists)[0]!.predicted).toBeCloseTo(
      predicted({ ...READS_ONLY, ratePerSecond: 100 })[0]!.predicted,
    )
  })
})
