import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { groupsIn, ranksIn, withTooFewRuns } from './ranks.ts'

const around = (value: number) => [-2, -1, 0, 1, 2].map((step) => value + step)

describe('ranksIn', () => {
  it('calls a strategy best only if it is beyond every other in all runs', () => {
    const strategies = { tiered: { readP99Ms: around(10) }, xfetch: { readP99Ms: around(20) } }
    expect([...ranksIn(madeUpComparison({ strategies }), 'readP99Ms')]).toEqual([['tiered', 'best']])
  })

  it('calls the strategy with the best median equal, and each that does not differ from it', () => {
    const strategies = {
      a: { hitRatio: around(50) },
      b: { hitRatio: around(53) },
      c: { hitRatio: around(40) },
    }
    expect(new Map(ranksIn(madeUpComparison({ strategies }), 'hitRatio'))).toEqual(
      new Map([
        ['b', 'equal'],
        ['a', 'equal'],
      ]),
    )
  })

  it('claims nothing with 4 runs', () => {
    const strategies = { a: { readP99Ms: 1 }, b: { readP99Ms: 100 } }
    const comparison = madeUpComparison({ runs: 4, strategies })
    expect(ranksIn(comparison, 'readP99Ms').size).toBe(0)
    expect(groupsIn(comparison, 'readP99Ms')).toEqual([])
    expect(withTooFewRuns(comparison)).toEqual([
      { name: 'a', runs: 4 },
      { name: 'b', runs: 4 },
    ])
  })

  it('does not rank forms that break their guarantee, as declared or as seen in these runs', () => {
    const strategies = {
      'naive-write-through': { readP99Ms: around(10) },
      tiered: { readP99Ms: around(20) },
      xfetch: { readP99Ms: around(30) },
      swr: { readP99Ms: around(40) },
    }
    const turn = { tiered: { violations: { counts: { 'read-after-write': 1 }, schedule: [] } } }
    const comparison = madeUpComparison({ strategies, turn })
    expect([...ranksIn(comparison, 'readP99Ms')]).toEqual([['xfetch', 'best']])
    expect(groupsIn(comparison, 'readP99Ms')).toEqual([['xfetch'], ['swr']])
  })

  it('does not rank the ceiling', () => {
    const strategies = { 'always-hit': { hitRatio: 1 }, a: { hitRatio: around(50) }, b: { hitRatio: around(20) } }
    expect([...ranksIn(madeUpComparison({ strategies }), 'hitRatio')]).toEqual([['a', 'best']])
  })

  it('is empty for a measure without a better direction', () => {
    const strategies = { a: { collapsedRatio: 0.1 }, b: { collapsedRatio: 0.2 } }
    expect(ranksIn(madeUpComparison({ strategies }), 'collapsedRatio').size).toBe(0)
  })
})

describe('groupsIn', () => {
  it('puts a strategy into two groups if it differs from neither of two that differ', () => {
    const strategies = {
      low: { readP99Ms: around(10) },
      middle: { readP99Ms: around(13) },
      high: { readP99Ms: around(16) },
    }
    expect(groupsIn(madeUpComparison({ strategies }), 'readP99Ms')).toEqual([
      ['low', 'middle'],
      ['middle', 'high'],
    ])
  })

  it('starts with the best', () => {
    const strategies = { low: { hitRatio: 0.1 }, high: { hitRatio: 0.9 }, same: { hitRatio: 0.9 } }
    expect(groupsIn(madeUpComparison({ strategies }), 'hitRatio').map((group) => group.toSorted())).toEqual([
      ['high', 'same'],
      ['low'],
    ])
  })
})
