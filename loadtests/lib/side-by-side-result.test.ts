import { describe, expect, it } from 'vitest'
import { strategyFigures } from './figures.ts'
import { context, figuresOf, recorded, resultOf, summary } from './side-by-side-fixture.ts'
import { selectorsReadBy } from './summary.ts'

describe('selectorsReadBy', () => {
  it('lists every figure that the report reads, so that k6 keeps it', () => {
    const selectors = selectorsReadBy((recorder) => strategyFigures('cache-aside', context, recorder))
    for (const name of Object.keys(summary().metrics)) expect(selectors).toContain(name)
    expect(selectors.every((name) => /[{,](strategy|scenario):cache-aside[,}]/.test(name))).toBe(true)
  })
})

describe('sideBySideResult', () => {
  it('separates the measured phase from the warm-up', () => {
    const { reads, byId, list, origin } = figuresOf(summary())
    expect(byId).toMatchObject({ count: 1000, hitRatio: 0.8, staleReads: { count: 50, share: 0.05 } })
    expect(list).toMatchObject({ count: 100, hitRatio: 1 })
    expect(reads).toMatchObject({
      count: 1100,
      hitRatio: 900 / 1100,
      waitingPerSecond: 20,
      latencyMs: { count: 1100, p50: 2 },
    })
    expect(origin).toEqual({ reads: 1100, loads: 222, loadsPerRead: 222 / 1100, loadsPerSecond: 22.2 })
  })

  it('compares all reads with /api/stats, including the warm-up', () => {
    expect(figuresOf(summary()).counters).toEqual({
      k6: { reads: 1110, writes: 230, hits: 905, stale: 0, misses: 205, collapsed: 0, bypassed: 0 },
      api: { reads: 1110, writes: 230, hits: 905, stale: 0, misses: 205, collapsed: 0, bypassed: 0 },
      agree: true,
      notCompared: null,
    })
  })

  it('detects a difference of one', () => {
    const writes = summary({ 'acknowledged{strategy:cache-aside}': { count: 229 } })
    expect(figuresOf(writes).counters.agree).toBe(false)
    const data = summary({ 'api_count{strategy:cache-aside,counter:hits,at:settled}': recorded(7 + 904) })
    expect(figuresOf(data).counters.agree).toBe(false)
  })

  it('does not compare counters when a request was cut off or failed', () => {
    const cutOff = summary({ 'unfinished{strategy:cache-aside}': { count: 1 } })
    const failed = summary({ 'failures{strategy:cache-aside,kind:timeout}': { count: 2 } })
    expect(figuresOf(cutOff).counters.agree).toBeNull()
    expect(figuresOf(failed)).toMatchObject({
      counters: { agree: null },
      failures: { total: 2, byKind: { timeout: 2 } },
    })
  })

  it("leaves out the API's figures if it did not answer at the end", () => {
    const data = summary()
    for (const name of Object.keys(data.metrics)) {
      // k6 shows metrics without samples as zeros.
      if (/at:(end|settled)}$/.test(name)) data.metrics[name]!.values = { count: 0, min: 0, avg: 0, med: 0, max: 0 }
    }
    expect(figuresOf(data)).toMatchObject({
      origin: null,
      server: { fills: null },
      counters: { api: null, agree: null },
    })
  })

  it('counts the loads per expiry of the most popular post', () => {
    expect(figuresOf(summary()).stampede).toEqual({ loadsPerExpiry: [3, 1, 2], factor: 2 })
  })

  it('counts none if every read loads, and has no factor if writes often invalidate the entry', () => {
    const read = 'strategy:cache-aside,outcome:OUTCOME,phase:measured,op:read'
    const bypassed = summary({
      [`answers{${read.replace('OUTCOME', 'hits')}}`]: { count: 0 },
      [`answers{${read.replace('OUTCOME', 'misses')}}`]: { count: 0 },
      [`answers{${read.replace('OUTCOME', 'bypassed')}}`]: { count: 9 },
    })
    expect(figuresOf(bypassed).stampede).toEqual({ loadsPerExpiry: [], factor: null })
    const written = summary({ 'hot_writes{strategy:cache-aside}': { count: 1 } })
    expect(figuresOf(written).stampede).toEqual({ loadsPerExpiry: [3, 1, 2], factor: null })
  })

  it('has no factor with fewer than 3 expiries', () => {
    const two = summary({ 'loads_begun{strategy:cache-aside,slice:7}': { count: 0 } })
    expect(figuresOf(two).stampede).toEqual({ loadsPerExpiry: [3, 1], factor: null })
  })

  it('has no stale reads if the API does not report staleness', () => {
    const { byId } = figuresOf(summary({ 'stale_unknown{strategy:cache-aside}': { count: 3 } }))
    expect(byId.staleReads).toBeNull()
  })

  it('has the fields of schema version 2', () => {
    const result = resultOf(summary())
    expect(Object.keys(result)).toEqual([
      ...['schemaVersion', 'kind', 'finishedAt', 'k6Version', 'ok', 'config', 'strategies'],
    ])
    expect(Object.keys(result.strategies[0]!)).toEqual([
      ...[
        'name',
        'reads',
        'byId',
        'list',
        'page',
        'report',
        'writes',
        'stampede',
        'origin',
        'server',
        'counters',
        'failures',
      ],
      ...['unfinished', 'dropped'],
      'strategy',
      'missing',
    ])
    expect(Object.keys(result.strategies[0]!.byId)).toEqual([
      ...['count', 'outcomes', 'hitRatio', 'waitingPerSecond', 'latencyMs', 'hitMs', 'missMs', 'staleReads'],
    ])
    expect(result).toMatchObject({
      schemaVersion: 2,
      kind: 'side-by-side',
      finishedAt: '2026-11-22T12:00:00.000Z',
      k6Version: '1.8.1',
      ok: true,
    })
  })

  it('never contains the token', () => {
    expect(JSON.stringify(resultOf(summary()))).not.toContain('secret')
  })

  it('is not ok if a threshold failed', () => {
    const data = summary()
    data.metrics.failures = { values: { count: 1 }, thresholds: { 'count<1': { ok: false } } }
    expect(resultOf(data).ok).toBe(false)
  })
})
