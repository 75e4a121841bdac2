import { describe, expect, it } from 'vitest'
import { strategyNames } from '../../packages/strategies/src/strategy-names.ts'
import { hotKeyOptions } from './hot-key-options.ts'
import { hotKeyFigures, hotKeyReport, hotKeyResult, ttlsEnded } from './hot-key-report.ts'
import { type SummaryData, summaryOf } from './summary.ts'

/** 10 s with a TTL of 1 s: 9 TTLs end after the cold start. */
const config = hotKeyOptions({}, strategyNames)
const recorded = (value: number) => ({ count: 1, min: value, med: value, max: value })

interface Seen {
  hits: number
  stale?: number
  misses: number
  waitedLater?: number
  loads?: number
  slices?: number[]
}

/** k6's data for a strategy: its reads, its loads by the API, and the slices of 100 ms in which reads loaded. */
function summary(
  name: string,
  { hits, stale = 0, misses, waitedLater = 0, loads = misses, slices = [0] }: Seen,
): SummaryData {
  const s = `strategy:${name}`
  const values: Record<string, Record<string, number>> = {
    [`answers{${s},outcome:hits}`]: { count: hits },
    [`answers{${s},outcome:stale}`]: { count: stale },
    [`answers{${s},outcome:misses}`]: { count: misses },
    [`waited_at_expiry{${s}}`]: { count: waitedLater },
    [`api_count{${s},counter:loads,at:start}`]: recorded(5),
    [`api_count{${s},counter:loads,at:end}`]: recorded(5 + loads),
    ...Object.fromEntries(slices.map((slice) => [`loads_begun{${s},slice:${slice}}`, { count: 1 }])),
  }
  return { metrics: Object.fromEntries(Object.entries(values).map(([name, figures]) => [name, { values: figures }])) }
}

const figuresOf = (name: string, seen: Seen) => hotKeyFigures(name, config, summaryOf(summary(name, seen)))

describe('hotKeyFigures', () => {
  it('counts waiting reads per ended TTL, without the cold start', () => {
    expect(ttlsEnded(config)).toBe(9)
    const slices = Array.from({ length: 10 }, (_, at) => at * 10)
    expect(figuresOf('stampede-lock', { hits: 2_700, misses: 10, waitedLater: 270, slices })).toMatchObject({
      waitedPerExpiry: 30,
      stampedeFactor: 1,
      loads: 10,
    })
  })

  it('has no loads per expiry with background refreshes: k6 sees only the cold start', () => {
    expect(figuresOf('stale-while-revalidate', { hits: 2_900, stale: 70, misses: 1, loads: 10 })).toMatchObject({
      waitedPerExpiry: 0,
      stampedeFactor: null,
      loadsPerExpiry: [],
      loads: 10,
    })
  })
})

it('does not know how many reads wait per TTL if none ends', () => {
  const options = { ...config, strategies: ['cache-aside'], ttlMs: 30_000, durationMs: 2_000 }
  const result = hotKeyResult(summary('cache-aside', { hits: 599, misses: 1 }), options, new Date(0))
  expect(result.strategies[0]!.waitedPerExpiry).toBeNull()
  expect(hotKeyReport(result)).toMatch(/cache-aside +600 +1 +1\.00 +1 +1 +– /)
  expect(hotKeyReport(result)).toContain('per TTL that ended after the cold start (0).')
})

it('hotKeyReport prints loads and waiting reads', () => {
  const options = { ...config, strategies: ['refresh-ahead'] }
  const result = hotKeyResult(
    summary('refresh-ahead', { hits: 2_900, misses: 1, waitedLater: 9, loads: 13 }),
    options,
    new Date(0),
  )
  expect(hotKeyReport(result)).toMatch(/refresh-ahead +2,901 +– +– +– +13 +1\.00 /)
})
