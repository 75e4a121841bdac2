/** What README and docs say of the stored comparisons, held to the files. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decide } from '../src/advisor/decide.ts'
import { type Comparison, comparisonSchema } from '../src/comparison.ts'
import { claimsOf, contradictionsBetween } from '../src/contradictions.ts'
import type { MeasureName } from '../src/measures.ts'
import { figureOf, spreadOf } from '../src/spread.ts'
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
const CURRENT = GUARDED.slice(1)
const NAIVE = ['naive-invalidation', 'naive-write-through', 'naive-lock']

const median = (comparison: Comparison, strategy: string, measure: MeasureName) =>
  figureOf(comparison, strategy, measure)!.median

const staleReads = ({ turns }: Comparison, strategy: string) =>
  turns
    .filter((turn) => turn.strategy === strategy)
    .reduce((sum, { violations }) => sum + (violations.counts['read-after-write'] ?? 0), 0)

describe('the stored comparisons', () => {
  it('are of whole runs of committed code, and all held that is guaranteed and predicted', () => {
    for (const comparison of all) {
      expect(comparison.finishedAt).not.toBeNull()
      expect(comparison.environment.modified).toBe(false)
      expect(whatIsWrong(comparison)).toEqual([])
    }
  })

  it('counted the same in load, probe and server, to the unit, in every turn that counts', () => {
    for (const { turns } of all) {
      expect(turns.filter(({ account }) => account.agree === false)).toEqual([])
      const counted = turns.filter(({ status }) => status === 'ok')
      expect(counted.filter(({ account }) => account.agree !== true)).toEqual([])
    }
  })

  it('of the default load do not contradict each other, though each claims much', () => {
    expect(again.config.seed).not.toBe(blog.config.seed)
    for (const comparison of [blog, again]) {
      expect(claimsOf(comparison).length).toBeGreaterThan(20)
      expect(comparison.config.runs).toBeGreaterThanOrEqual(5)
    }
    expect(contradictionsBetween(blog, again)).toEqual([])
  })

  it('of the default load end within 25 minutes', () => {
    for (const { startedAt, finishedAt } of [blog, again]) {
      expect(Date.parse(finishedAt!) - Date.parse(startedAt)).toBeLessThan(25 * 60_000)
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

  it('leave at least 30 % of the CPU idle without a cache, so that no ratio comes of a machine that is full', () => {
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

  it('come within a point of the predicted hit ratio, without added delay', () => {
    for (const comparison of ycsb) {
      expect(comparison.config).toMatchObject({ warmupMs: 5_000, measuredMs: 25_000 })
      for (const name of ['cache-aside', 'manual-invalidation', 'write-through']) {
        expect(figureOf(comparison, name, 'postHitRatio')).toBeDefined()
      }
    }
  })

  it('show stale reads of each naive form and of at least three peers, each with its timeline, and of no guarded strategy', () => {
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
