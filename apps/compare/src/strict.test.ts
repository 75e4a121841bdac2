import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../test/made-up-comparison.ts'
import { whatIsWrong } from './strict.ts'

const broken = { violations: { counts: { 'read-after-write': 3 }, schedule: ['…'] } }

describe('whatIsWrong', () => {
  it('is empty if every check passed', () => {
    expect(whatIsWrong(madeUpComparison({ strategies: { 'no-cache': {}, 'write-through': {} } }))).toEqual([])
  })

  it('names a broken guarantee, and how often it was broken', () => {
    const comparison = madeUpComparison({
      runs: 2,
      strategies: { 'write-through': {} },
      turn: { 'write-through': broken },
    })
    expect(whatIsWrong(comparison)).toEqual(['write-through broke its guarantee: 6 × read-after-write'])
  })

  it('leaves out violations that no guarantee excludes', () => {
    const strategies = { 'cache-aside': {}, 'naive-lock': {} }
    expect(
      whatIsWrong(madeUpComparison({ strategies, turn: { 'cache-aside': broken, 'naive-lock': broken } })),
    ).toEqual([])
  })

  it('names a missed prediction', () => {
    const comparison = madeUpComparison({ strategies: { 'cache-aside': { postHitRatio: 0.01 } } })
    expect(whatIsWrong(comparison).join()).toMatch(
      /cache-aside: hit ratio of single posts 0\.010, theory predicts 0\.\d+ ± 0\.010/,
    )
  })

  it('names runs that do not count, and why', () => {
    const comparison = madeUpComparison({
      runs: 3,
      strategies: { 'no-cache': {} },
      turn: { 'no-cache': { status: 'failed-check', problems: ['7 operations were not started'] } },
    })
    expect(whatIsWrong(comparison)).toEqual(['no-cache: 3 of 3 runs do not count (7 operations were not started)'])
  })
})
