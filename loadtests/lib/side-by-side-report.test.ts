import { describe, expect, it } from 'vitest'
import { recorded, resultOf, summary } from './side-by-side-fixture.ts'
import { sideBySideReport } from './side-by-side-report.ts'

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
    const reportWith = (promise: object) => {
      const strategy = { ...shared!.strategy, promise: { ...shared!.strategy.promise!, ...promise } }
      return sideBySideReport({ ...result, strategies: [{ ...shared!, strategy }] })
    }
    expect(reportWith(inMemory)).toMatch(/cache-aside +current here .*Current here: within each API process only/s)
    const everywhere = reportWith({ ...inMemory, readAfterWrite: true, where: 'every process' })
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
