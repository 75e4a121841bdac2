/** What README and docs say of the stored comparisons, held to the files. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Comparison, comparisonSchema } from '../src/comparison.ts'
import { claimsOf, contradictionsBetween } from '../src/contradictions.ts'
import { figureOf } from '../src/spread.ts'
import { whatIsWrong } from '../src/strict.ts'

const stored = (name: string): Comparison =>
  comparisonSchema.parse(JSON.parse(readFileSync(new URL(`../../../docs/runs/${name}.json`, import.meta.url), 'utf8')))

const blog = stored('compare-blog')
const again = stored('compare-blog-2')
const ycsb = [stored('compare-ycsb-b'), stored('compare-ycsb-c')]
const peers = stored('compare-peers')
const all = [blog, again, ...ycsb, peers]

const staleReads = ({ turns }: Comparison, strategy: string) =>
  turns
    .filter((turn) => turn.strategy === strategy)
    .reduce((sum, { violations }) => sum + (violations.counts['read-after-write'] ?? 0), 0)

describe('the stored comparisons', () => {
  it('are of whole runs of committed code, and all held that is promised and predicted', () => {
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

  it('do not contradict each other, though each claims much', () => {
    expect(claimsOf(blog).length).toBeGreaterThan(20)
    expect(claimsOf(again).length).toBeGreaterThan(20)
    expect(contradictionsBetween(blog, again)).toEqual([])
  })

  it('end in time: the default under 45 minutes', () => {
    for (const { startedAt, finishedAt } of [blog, again]) {
      expect(Date.parse(finishedAt!) - Date.parse(startedAt)).toBeLessThan(45 * 60_000)
    }
  })

  it('come within a point of the predicted hit ratio, without added delay', () => {
    for (const comparison of ycsb) {
      expect(comparison.config).toMatchObject({ warmupMs: 5_000, measuredMs: 25_000 })
      for (const name of ['cache-aside', 'manual-invalidation', 'write-through']) {
        expect(figureOf(comparison, name, 'hitRatio')).toBeDefined()
      }
    }
  })

  it('show old reads of naive forms and of at least three peers, each with its schedule, and of no guarded strategy', () => {
    const guarded = ['manual-invalidation', 'write-through', 'stampede-lock']
    for (const comparison of all) for (const name of guarded) expect(staleReads(comparison, name)).toBe(0)
    expect(staleReads(blog, 'naive-invalidation') + staleReads(blog, 'naive-lock')).toBeGreaterThan(0)
    const caught = peers.strategies.filter(({ name }) => name.startsWith('peer:') && staleReads(peers, name) > 0)
    expect(caught.length).toBeGreaterThanOrEqual(3)
    for (const { name } of caught) {
      const turn = peers.turns.find(({ strategy, violations }) => strategy === name && violations.schedule.length > 0)
      expect(turn?.violations.schedule.length).toBeGreaterThan(2)
    }
  })
})
