import { describe, expect, it } from 'vitest'
import { strategyFigures } from './figures.ts'
import { sideBySideOptions } from './side-by-side-options.ts'
import { sideBySideReport } from './side-by-side-report.ts'
import { sideBySideResult } from './side-by-side-result.ts'
import { type SummaryData, selectorsReadBy } from './summary.ts'

const context = { slices: { sliceMs: 25, count: 8 }, measuredMs: 10_000 }
const names = ['no-cache', 'cache-aside']
const options = sideBySideOptions({ ADMIN_TOKEN: 'secret' }, names)
const setup = {
  listed: [
    [
      {
        name: 'cache-aside',
        title: 'Cache-aside',
        read: 'cache-aside',
        write: 'expire-only',
        store: 'redis',
        promise: {
          staleForAtMostMs: 6000,
          readAfterWrite: false,
          readAfterWriteOf: 'none' as const,
          where: 'every process' as const,
        },
        tuning: {},
      },
    ],
  ],
  stats: {},
  lastIds: {},
  missing: { 'cache-aside': [] },
  k6Version: '1.8.1',
}

/** A counter of /api/stats: a Trend with one sample. */
const recorded = (value: number) => ({ count: 1, min: value, avg: value, med: value, max: value })

/** k6's data after a run of 1,000 reads, 100 lists and 200 writes, plus 10 reads in the warm-up. */
function summary(values: Record<string, Record<string, number>> = {}): SummaryData {
  const s = 'strategy:cache-aside'
  const trend = { count: 200, min: 1, avg: 2, med: 2, 'p(90)': 3, 'p(95)': 4, 'p(99)': 5, 'p(99.9)': 5.5, max: 6 }
  const all: Record<string, Record<string, number>> = {
    [`answers{${s},outcome:hits}`]: { count: 905 },
    [`answers{${s},outcome:misses}`]: { count: 205 },
    [`answers{${s},outcome:hits,phase:measured,op:read}`]: { count: 800 },
    [`answers{${s},outcome:misses,phase:measured,op:read}`]: { count: 200 },
    [`answers{${s},outcome:hits,phase:measured,op:list}`]: { count: 100 },
    [`acknowledged{${s}}`]: { count: 230 },
    [`loads_begun{${s},slice:0}`]: { count: 2 },
    [`loads_begun{${s},slice:1}`]: { count: 1 },
    [`loads_begun{${s},slice:3}`]: { count: 1 },
    [`loads_begun{${s},slice:7}`]: { count: 2 },
    [`latency_ms{${s},does:read}`]: { ...trend, count: 1100 },
    [`latency_ms{${s},op:read}`]: { ...trend, count: 1000 },
    [`latency_ms{${s},op:read,served:cache}`]: { ...trend, count: 800 },
    [`latency_ms{${s},op:read,served:database}`]: { ...trend, count: 99 },
    [`latency_ms{${s},op:write}`]: trend,
    [`stale_ms{${s},op:read}`]: { ...trend, count: 50, max: 4321 },
    [`api_count{${s},counter:reads,at:start}`]: recorded(90),
    [`api_count{${s},counter:reads,at:middle}`]: recorded(100),
    [`api_count{${s},counter:reads,at:end}`]: recorded(1200),
    [`api_count{${s},counter:reads,at:settled}`]: recorded(1200),
    [`api_count{${s},counter:loads,at:middle}`]: recorded(10),
    [`api_count{${s},counter:loads,at:end}`]: recorded(232),
    ...Object.fromEntries(
      Object.entries({ hits: 905, misses: 205, stale: 0, collapsed: 0, bypassed: 0, writes: 230 }).flatMap(
        ([counter, value]) => [
          [`api_count{${s},counter:${counter},at:start}`, recorded(7)],
          [`api_count{${s},counter:${counter},at:settled}`, recorded(7 + value)],
        ],
      ),
    ),
    ...values,
  }
  return { metrics: Object.fromEntries(Object.entries(all).map(([name, figures]) => [name, { values: figures }])) }
}

const resultOf = (data: SummaryData, missing: Record<string, number[]> = setup.missing) =>
  sideBySideResult(
    data,
    { ...options, strategies: ['cache-aside'] },
    { ...setup, missing },
    context,
    new Date('2026-11-22T12:00:00Z'),
  )
const figuresOf = (data: SummaryData) => resultOf(data).strategies[0]!

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

const inMemory = { readAfterWriteOf: 'keys and tags', where: 'this process' } as const

describe('sideBySideReport', () => {
  it('prints figures side by side, and – for quantiles of fewer than 100 samples', () => {
    expect(`\n${sideBySideReport(resultOf(summary()))}`).toMatchInlineSnapshot(`
      "

      A blog: its front page, single posts, a report over all of them, now and then an edit
      TTL 6 s; 200 requests/s: 20.0 % read the front page, 0.5 % the report over all posts, 0.5 % edit a post, the rest read
      one of 150 posts (Zipf 0.99)
      each load of posts has an added delay of 25 ms (joins, remote calls); the report has none
      each strategy is measured for 12 s after 10 s of warm-up; seed 1

                                              reads, ms   loads   lower by   writes, ms  stale reads  hot post
      strategy     guarantee  hit %  waits/s   p50   p99     /s  p50  loads   p50   p99   seen   max     loads
      ───────────  ─────────  ─────  ───────  ────  ────  ─────  ───  ─────  ────  ────  ─────  ────  ────────
      cache-aside  ≤ 6 s old   81.8     20.0  2.00  5.00   22.2    –      –  2.00  5.00      0            2.00

                   ─────── a post ───────  ───── whole list ─────
      by kind      hit %  hit ms  miss ms  hit %  hit ms  miss ms
      ───────────  ─────  ──────  ───────  ─────  ──────  ───────
      cache-aside   80.0    2.00     2.00  100.0       –        –

      hit %: (HIT + STALE) / all reads of the load. waits/s: reads that waited for a load (MISS, COLLAPSED, BYPASS).
      ms: p50 and p99 of all reads, from a request's due time. loads: including background refreshes.
      lower by: p50 and loads compared with no-cache. stale reads: an acknowledged write had replaced the value before the
      read arrived; max: how long before. Guarantee: the maximum age of a value. hot post: loads per expiry of its entry.
      –: too few samples (100 for all reads and for p99, 5 for other medians), or unknown.

      Counters agree: k6 and /api/stats counted exactly the same hits, misses, stale, collapsed, bypassed and writes,
      in 1,110 reads and 230 writes, including the warm-up.
      "
    `)
  })

  it('fits 120 columns with the longest names and large figures', () => {
    const wide = { count: 3456, min: 1, avg: 1, med: 12.3, 'p(95)': 1234, 'p(99)': 1234, max: 5012 }
    const data = summary()
    for (const name of Object.keys(data.metrics)) {
      if (/^(latency|stale)_ms/.test(name)) data.metrics[name]!.values = wide
    }
    const result = resultOf(data)
    const ratios = {
      writeRatio: 0.125,
      listRatio: 0.125,
      pageRatio: 0.125,
      reportRatio: 0.125,
      insertRatio: 0.125,
      rmwRatio: 0.125,
    }
    const baseUrls = ['http://a:1', 'http://b:2']
    Object.assign(result.config, { ...ratios, ratePerSecond: 1234.5678, originDelayMs: 5000, baseUrls })
    result.strategies[0]!.name = 'stale-while-revalidate'
    const { strategy } = result.strategies[0]!
    strategy.promise = { ...strategy.promise!, ...inMemory }
    Object.assign(result.strategies[0]!, { page: result.strategies[0]!.byId, report: result.strategies[0]!.byId })
    for (const line of sideBySideReport(result).split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
  })

  it('has a table of pages if pages were read, at most 120 columns wide', () => {
    const page = 'strategy:cache-aside,outcome:hits,phase:measured,op:page'
    const report = sideBySideReport(resultOf(summary({ [`answers{${page}}`]: { count: 4000 } })))
    expect(report).toMatch(/─ front page ─/)
    expect(report).toMatch(/cache-aside +80.0 .*100.0/)
    for (const line of report.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
    expect(sideBySideReport(resultOf(summary()))).not.toContain('─ front page ─')
  })

  it('shows naive forms separately, without a guarantee', () => {
    const result = resultOf(summary())
    const [guarded] = result.strategies
    const promise = { ...guarded!.strategy.promise!, breaks: 'it loses races' }
    const naive = { ...guarded!, name: 'naive-lock', strategy: { ...guarded!.strategy, promise } }
    const report = sideBySideReport({ ...result, strategies: [guarded!, naive] })
    expect(report).toMatch(/cache-aside +≤ 6 s old.*without the guard.*naive-lock +none/s)
    expect(report).toContain('Without the guard a strategy guarantees nothing')
  })

  it('shows the ceiling separately, without guarantee and stale reads', () => {
    const result = resultOf(summary())
    const [guarded] = result.strategies
    const promise = { ...guarded!.strategy.promise!, readAfterWrite: false, breaks: 'it sees no write' }
    const ceiling = { ...guarded!, name: 'always-hit', strategy: { ...guarded!.strategy, promise } }
    const report = sideBySideReport({ ...result, strategies: [guarded!, ceiling] })
    expect(report).toMatch(/cache-aside +≤ 6 s old.*ceiling, no strategy.*\nalways-hit +– .* – +–\n/s)
    expect(report).not.toContain('without the guard')
    expect(report).not.toContain('Without the guard')
  })

  it('marks guarantees that hold only within each process', () => {
    const result = resultOf(summary())
    const [shared] = result.strategies
    const told = (promise: object) => {
      const strategy = { ...shared!.strategy, promise: { ...shared!.strategy.promise!, ...promise } }
      return sideBySideReport({ ...result, strategies: [{ ...shared!, strategy }] })
    }
    expect(told(inMemory)).toMatch(/cache-aside +current here .*Current here: within each API process only/s)
    const everywhere = told({ ...inMemory, readAfterWrite: true, where: 'every process' })
    expect(everywhere).toMatch(/cache-aside +current {2}/)
    expect(everywhere).not.toContain('Current here')
  })

  it('reports bypassed reads and deleted posts', () => {
    const bypassed = 'strategy:cache-aside,outcome:bypassed,phase:measured,op:read'
    const report = sideBySideReport(
      resultOf(summary({ [`answers{${bypassed}}`]: { count: 344 } }), { 'cache-aside': [44] }),
    )
    expect(report).toContain('cache-aside: 344 of 1,444 reads bypassed the cache (BYPASS)')
    expect(report).toContain('of the posts 1 to 150, 1 had been deleted (44)')
  })

  it('names the counters that differ', () => {
    const data = summary({ 'api_count{strategy:cache-aside,counter:hits,at:settled}': recorded(7 + 904) })
    expect(sideBySideReport(resultOf(data))).toContain(
      'cache-aside: counters differ: hits 905 in k6, 904 in the API. Did another client use the API during the run?',
    )
  })

  it('reports failed operations and operations that were not started', () => {
    const data = summary({
      'failures{strategy:cache-aside,kind:status-5xx}': { count: 3 },
      'dropped_iterations{scenario:cache-aside}': { count: 4 },
    })
    const report = sideBySideReport(resultOf(data))
    expect(report).toContain('cache-aside: 3 operations failed (3 × status-5xx)')
    expect(report).toContain('cache-aside: 4 operations were not started')
    expect(report).toContain('counters not compared')
    expect(report).not.toContain('Counters agree')
  })
})
