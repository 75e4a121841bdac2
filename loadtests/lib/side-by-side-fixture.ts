/** k6's data after a made-up run, and the result made of it. */
import { sideBySideOptions } from './side-by-side-options.ts'
import { sideBySideResult } from './side-by-side-result.ts'
import type { SummaryData } from './summary.ts'

export const context = { slices: { sliceMs: 25, count: 8 }, measuredMs: 10_000 }
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
export const recorded = (value: number) => ({ count: 1, min: value, avg: value, med: value, max: value })

/** k6's data after a run of 1,000 reads, 100 lists and 200 writes, plus 10 reads in the warm-up. */
export function summary(values: Record<string, Record<string, number>> = {}): SummaryData {
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

export const resultOf = (data: SummaryData, missing: Record<string, number[]> = setup.missing) =>
  sideBySideResult(
    data,
    { ...options, strategies: ['cache-aside'] },
    { ...setup, missing },
    context,
    new Date('2026-11-22T12:00:00Z'),
  )
export const figuresOf = (data: SummaryData) => resultOf(data).strategies[0]!
