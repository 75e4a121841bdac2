/** Checks the claims of README and docs about the stored comparisons against the files. */
import { readFileSync } from 'node:fs'
import { CEILING } from 'strategies'
import { describe, expect, it } from 'vitest'
import { decide } from '../src/advisor/decide.ts'
import { type Comparison, comparisonSchema } from '../src/comparison.ts'
import { claimsOf, contradictionsBetween } from '../src/contradictions.ts'
import { type MeasureName, measureNames } from '../src/measures.ts'
import { checkGuarantees } from '../src/report/check-guarantees.ts'
import { ranksIn } from '../src/report/ranks.ts'
import { differenceOf, figureOf, spreadOf } from '../src/spread.ts'
import { whatIsWrong } from '../src/strict.ts'

const stored = (name: string): Comparison =>
  comparisonSchema.parse(JSON.parse(readFileSync(new URL(`../../../docs/runs/${name}.json`, import.meta.url), 'utf8')))

const blog = stored('compare-blog')
const again = stored('compare-blog-2')
const cheap = stored('compare-cheap-reads')
const ycsb = [stored('compare-ycsb-b'), stored('compare-ycsb-c')]
const peers = stored('compare-peers')
const all = [blog, again, cheap, ...ycsb, peers]

const GUARDED = ['cache-aside', 'manual-invalidation', 'write-through', 'stampede-lock']
const CURRENT = [...GUARDED.slice(1), 'stale-while-revalidate', 'xfetch', 'refresh-ahead']
const NAIVE = ['naive-invalidation', 'naive-write-through', 'naive-lock']

const median = (comparison: Comparison, strategy: string, measure: MeasureName) =>
  figureOf(comparison, strategy, measure)!.median

const staleReads = ({ turns }: Comparison, strategy: string) =>
  turns
    .filter((turn) => turn.strategy === strategy)
    .reduce((sum, { violations }) => sum + (violations.counts['read-after-write'] ?? 0), 0)

describe('the stored comparisons', () => {
  it('are complete, of committed code, and kept all guarantees and predictions', () => {
    for (const comparison of all) {
      expect(comparison.finishedAt).not.toBeNull()
      expect(comparison.environment.modified).toBe(false)
      expect(whatIsWrong(comparison)).toEqual([])
    }
  })

  it('have exactly reconciled counters in every turn that counts', () => {
    for (const { turns } of all) {
      expect(turns.filter(({ account }) => account.agree === false)).toEqual([])
      const counted = turns.filter(({ status }) => status === 'ok')
      expect(counted.filter(({ account }) => account.agree !== true)).toEqual([])
    }
  })

  it('of the default load each claim many differences, and do not contradict each other', () => {
    const seedsOf = ({ turns }: Comparison) =>
      new Set(turns.map(({ k6 }) => (k6 as { config: { seed: number } }).config.seed))
    expect([...seedsOf(again)].filter((seed) => seedsOf(blog).has(seed))).toEqual([])
    for (const comparison of [blog, again]) {
      expect(claimsOf(comparison).length).toBeGreaterThan(20)
      expect(comparison.config.runs).toBeGreaterThanOrEqual(5)
    }
    expect(contradictionsBetween(blog, again)).toEqual([])
  })

  it('of the default load took at most 36 s a turn', () => {
    for (const { startedAt, finishedAt, turns } of [blog, again]) {
      expect(Date.parse(finishedAt!) - Date.parse(startedAt)).toBeLessThan(turns.length * 36_000)
    }
  })

  it.each(GUARDED)('show what %s saves under the default load, in every run', (strategy) => {
    for (const comparison of [blog, again]) {
      expect(figureOf(comparison, strategy, 'hitRatio')!.min).toBeGreaterThanOrEqual(0.85)
      const floor = (measure: MeasureName) => median(comparison, 'no-cache', measure)
      expect(floor('readP50Ms') / median(comparison, strategy, 'readP50Ms')).toBeGreaterThanOrEqual(10)
      expect(floor('loadsPerSecond') / median(comparison, strategy, 'loadsPerSecond')).toBeGreaterThanOrEqual(5)
      expect(floor('reportMissP50Ms') / median(comparison, strategy, 'reportHitP50Ms')).toBeGreaterThanOrEqual(10)
    }
  })

  it.each([
    ['compare-blog', blog],
    ['compare-blog-2', again],
  ] as const)('show how stale values reduce waiting reads (%s)', (_, comparison) => {
    const lock = (measure: MeasureName) => figureOf(comparison, 'stampede-lock', measure)!
    const stale = (measure: MeasureName) => figureOf(comparison, 'stale-while-revalidate', measure)!
    // Of all reads, less than 5 times fewer wait: most of the remaining waits follow an edit, since an invalidated
    // value is never served.
    expect(lock('waitingPerSecond').median / stale('waitingPerSecond').median).toBeGreaterThanOrEqual(4)
    const waits = (of: typeof lock) => 1 - of('postHitRatio').median
    expect(waits(lock) / waits(stale)).toBeGreaterThanOrEqual(10)
    expect(differenceOf(stale('waitingPerSecond'), lock('waitingPerSecond'))).toBe('lower')
  })

  it('show a lower p99 where stale values are served, beyond the spread', () => {
    const p99 = (name: string) => figureOf(blog, name, 'readP99Ms')!
    expect(differenceOf(p99('stale-while-revalidate'), p99('stampede-lock'))).toBe('lower')
  })

  it('show hardly fewer waiting reads for early refreshes of posts that are rarely read', () => {
    for (const comparison of [blog, again]) {
      for (const name of ['refresh-ahead', 'xfetch']) {
        const most = figureOf(comparison, 'stampede-lock', 'waitingPerSecond')!.max
        expect(median(comparison, name, 'waitingPerSecond'), name).toBeLessThan(most)
      }
    }
  })

  it('never rank or recommend the ceiling, and do not count its stale reads as violations', () => {
    for (const comparison of [blog, again]) {
      expect(checkGuarantees(comparison).find(({ strategy }) => strategy.name === CEILING)?.verdict).toBe(
        'not a strategy',
      )
      for (const measure of measureNames) expect(ranksIn(comparison, measure).has(CEILING)).toBe(false)
      expect(decide(comparison, { mayLoseWrites: false }).winner).not.toBe(CEILING)
    }
  })

  it('leave at least 30 % of the CPU idle without a cache, so that no ratio comes from a saturated machine', () => {
    for (const { turns } of [blog, again]) {
      const idle = turns.filter(({ strategy }) => strategy === 'no-cache').map(({ machine }) => machine.idle)
      expect(spreadOf(idle)!.median).toBeGreaterThanOrEqual(0.3)
    }
  })

  it('find a cache hardly worth it for cheap reads', () => {
    for (const maxStalenessMs of [0, cheap.config.workload.ttlMs]) {
      expect(decide(cheap, { maxStalenessMs, mayLoseWrites: false }).winner).toBe('no-cache')
    }
  })

  it('come within 1 point of the predicted hit ratio, without added delay', () => {
    for (const comparison of ycsb) {
      expect(comparison.config).toMatchObject({ warmupMs: 5_000, measuredMs: 25_000 })
      for (const name of ['cache-aside', 'manual-invalidation', 'write-through']) {
        expect(figureOf(comparison, name, 'postHitRatio')).toBeDefined()
      }
    }
  })

  it('show stale reads of each naive form and of at least 3 peers with timelines, but of no guarded strategy', () => {
    for (const comparison of all) for (const name of CURRENT) expect(staleReads(comparison, name)).toBe(0)
    for (const comparison of [blog, again]) {
      for (const name of NAIVE) expect(staleReads(comparison, name), name).toBeGreaterThan(0)
    }
    const caught = peers.strategies.filter(({ name }) => name.startsWith('peer:') && staleReads(peers, name) > 0)
    expect(caught.length).toBeGreaterThanOrEqual(3)
    for (const { name } of caught) {
      const turn = peers.turns.find(({ strategy, violations }) => strategy === name && violations.schedule.length > 0)
      expect(turn?.violations.schedule.length).toBeGreaterThan(2)
    }
  })
})
