import { describe, expect, it } from 'vitest'
import { caseOf, described, figuresAround } from '../../../test/advisor-cases.ts'
import type { Comparison } from '../../comparison.ts'
import { answersTo } from './needs.ts'

function answersOf(comparison: Comparison) {
  const [block, closing] = answersTo(comparison)
  if (block?.kind !== 'answers' || closing?.kind !== 'text') throw new Error('not as expected')
  return { answers: block.answers, closing: closing.text }
}

const picks = (comparison: Comparison) => answersOf(comparison).answers.map(({ need, use }) => [need, use])

const blog = {
  'no-cache': { loads: 1, p99: 60 },
  'cache-aside': { loads: 0.1, p99: 30, stale: 4_900 },
  'manual-invalidation': { loads: 0.2, p99: 25 },
  'write-through': { loads: 0.15, p99: 40 },
  'stampede-lock': { loads: 0.152, p99: 40 },
  'naive-invalidation': { loads: 0.05, p99: 10 },
}

describe('the first screen of the report', () => {
  it('names a strategy for each need, and never a form that breaks its guarantee', () => {
    expect(picks(caseOf(0.02, blog))).toEqual([
      ['Always current', 'write-through'],
      ['At most 5 s old', 'cache-aside'],
      ['Fewest database loads', 'cache-aside'],
      ['Lowest read p99', 'manual-invalidation'],
      ['Fewest reads that wait', 'cache-aside'],
    ])
  })

  it('picks a background refresh if reads must not wait at an expiry, and says what it costs', () => {
    const { answers } = answersOf(
      caseOf(0.02, { ...blog, 'stale-while-revalidate': { loads: 0.153, p99: 38, waiting: 4 } }),
    )
    expect(answers.map(({ need, use }) => [need, use])).toContainEqual([
      'Fewest reads that wait',
      'stale-while-revalidate',
    ])
    const waiting = answers.at(-1)!
    expect(waiting.effect).toBe('50 times fewer reads that wait, 6.5 times fewer loads/s, against no-cache.')
    expect(waiting.figures[0]).toBe('always current, out-of-band changes seen within 305 s')
    const bounded = answers.find(({ need }) => need === 'At most 5 s old')!
    expect(bounded.others).toContain('stale-while-revalidate (up to 305 s old after an out-of-band change)')
  })

  it('leaves out a need whose measure an older comparison lacks', () => {
    const older = caseOf(0.02, blog)
    for (const { measures } of older.turns) delete measures.waitingPerSecond
    expect(picks(older).map(([need]) => need)).not.toContain('Fewest reads that wait')
  })

  it('never picks the ceiling, and does not name it among the strategies ruled out', () => {
    const { answers } = answersOf(
      caseOf(0.02, { ...blog, 'always-hit': { loads: 0, p99: 1, waiting: 0, stale: 9_000 } }),
    )
    expect(JSON.stringify(answers)).not.toContain('always-hit')
  })

  it('says what the pick saves against no cache, and briefly why not the others', () => {
    const [current, , fewest, fastest] = answersOf(caseOf(0.02, blog)).answers
    expect(current).toEqual({
      need: 'Always current',
      meaning: 'reads see every acknowledged write',
      use: 'write-through',
      effect: '6.7 times fewer loads/s, 33 % lower read p50, against no-cache.',
      figures: ['read p50 4 ms', 'p99 40 ms', '85.0 % hits', '30 reads/s waited', '30 loads/s'],
      others:
        'cache-aside (up to 5 s old); naive-invalidation (known to break the guarantee); manual-invalidation (more loads)',
      equals: 'No difference from it (loads and p99 overlap, or differ by less than 10 %): stampede-lock.',
    })
    expect(fewest!.figures[0]).toBe('up to 5 s old')
    expect(fastest!.effect).toBe('58 % lower read p99, 5 times fewer loads/s, against no-cache.')
  })

  it('gives an effect with the number of runs if there are too few to claim it, and says so once', () => {
    const quick = described({
      runs: 2,
      strategies: {
        'no-cache': { loadsPerRead: 1, loadsPerSecond: [196, 197], readP50Ms: [28, 30], readP99Ms: 60 },
        'cache-aside': { loadsPerRead: [0.4, 0.41], loadsPerSecond: [78, 80], readP50Ms: [27, 30.5], readP99Ms: 59 },
      },
    })
    const { answers, closing } = answersOf(quick)
    expect(answers[1]!.effect).toBe(
      '60 % fewer loads/s (in 2 of 2 runs), 1 % lower read p50 (in 1 of 2 runs), against no-cache.',
    )
    expect(closing).toContain('5 runs of each strategy are needed to claim a difference, and there are 2.')
  })

  it('says that a cache is hardly worth it if the best one saves too little', () => {
    const { answers } = answersOf(
      caseOf(0.5, { 'no-cache': { loads: 1, p99: 9 }, 'write-through': { loads: 0.95, p99: 9 } }),
    )
    expect(answers[0]).toMatchObject({
      use: 'no-cache',
      effect:
        'A cache is hardly worth it here. The best one is write-through: it saves 5.0 % of the loads of no-cache: 0.950 [0.931–0.969] loads per read against 1.',
    })
    expect(answers[3]!.effect).toBe(
      'A cache is hardly worth it for this. The best one is write-through: its read p99 is 9 ms against 9 ms for no-cache, and their runs overlap.',
    )
  })

  it('says so if the saved loads are cheap', () => {
    const cheap = (loads: number, p50: number, cpuMs: number) => ({
      ...figuresAround({ loads, p99: 9 }),
      readP50Ms: p50,
      hitP50Ms: loads === 1 ? null : p50,
      apiCpuMs: cpuMs,
      redisCpuMs: 0,
      postgresCpuMs: 0,
    })
    const strategies = { 'no-cache': cheap(1, 1.9, 1.8), 'write-through': cheap(0.1, 1, 1.2) }
    const { answers } = answersOf(described({ strategies }))
    expect(answers[0]).toMatchObject({
      use: 'no-cache',
      effect:
        'A cache is hardly worth it here. The best one is write-through: it saves 90 % of the loads, but loads are cheap: ' +
        'a hit takes 1 ms (p50), a read without a cache 1.90 ms, 1.9 times as long; 33 % less CPU time of all servers per request.',
    })
    const fast = { ...strategies, 'write-through': cheap(0.1, 0.6, 1.2) }
    expect(answersOf(described({ strategies: fast })).answers[0]!.use).toBe('write-through')
    const spared = { ...strategies, 'write-through': cheap(0.1, 1, 0.8) }
    expect(answersOf(described({ strategies: spared })).answers[0]!.use).toBe('write-through')
  })

  it('never picks a strategy that broke its guarantee in these runs', () => {
    const strategies = {
      'write-through': figuresAround({ loads: 0.1, p99: 3 }),
      'stampede-lock': figuresAround({ loads: 0.5, p99: 9 }),
    }
    const violations = { counts: { 'read-after-write': 2 }, schedule: [] }
    const comparison = described({ strategies, turn: { 'write-through': { violations } } })
    expect(new Set(picks(comparison).map(([, use]) => use))).toEqual(new Set(['stampede-lock']))
    const { answers, closing } = answersOf(comparison)
    expect(answers[0]!.others).toBe('write-through (broke the guarantee here)')
    expect(closing).toBe('no-cache is not among these strategies, so it is not known what a cache saves.')
  })

  it('says so if no strategy meets a need', () => {
    const [current] = answersOf(caseOf(0, { 'cache-aside': { loads: 0.1, p99: 3 } })).answers
    expect(current).toMatchObject({ use: 'none', effect: 'No measured strategy meets this.' })
  })

  it('counts the others if there are many', () => {
    const many = { ...blog, 'write-behind': { loads: 0.3, p99: 50 } }
    const comparison = caseOf(0.02, many)
    const strategies = comparison.strategies.map((one) => ({
      ...one,
      promise: { ...one.promise, mayLoseWrites: false },
    }))
    expect(answersOf({ ...comparison, strategies }).answers[2]!.others).toContain('4 others (more loads)')
  })

  it('abbreviates all forms of a kind', () => {
    const { 'naive-invalidation': naive, ...others } = blog
    const two = { ...others, 'naive-invalidation': naive, 'naive-lock': naive }
    expect(answersOf(caseOf(0.02, two)).answers[2]!.others).toContain('naive-* (known to break the guarantee)')
  })
})
