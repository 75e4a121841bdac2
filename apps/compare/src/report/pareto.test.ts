import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { paretoPoints } from './pareto.ts'

describe('paretoPoints', () => {
  it('excludes forms that break their guarantee, and lets them beat no other', () => {
    const strategies = {
      'naive-lock': { readP50Ms: 1, loadsPerSecond: 10, staleReadRatio: 0 },
      tiered: { readP50Ms: 2, loadsPerSecond: 20, staleReadRatio: 0 },
    }
    expect(paretoPoints(madeUpComparison({ strategies }))).toMatchObject([
      { strategy: 'naive-lock', keepsGuarantee: false, onFront: false, onFreshFront: false },
      { strategy: 'tiered', keepsGuarantee: true, onFront: true, onFreshFront: true },
    ])
  })

  it('has the strategies that no other beats in both figures, among all and among those never stale', () => {
    const strategies = {
      fast: { readP50Ms: 1, loadsPerSecond: 90, staleReadRatio: 0.1 },
      slower: { readP50Ms: 2, loadsPerSecond: 95, staleReadRatio: 0 },
      sparing: { readP50Ms: 9, loadsPerSecond: 10, staleReadRatio: 0 },
      outranked: { readP50Ms: 10, loadsPerSecond: 95, staleReadRatio: 0 },
      'always-hit': { readP50Ms: 0.1, loadsPerSecond: 0, staleReadRatio: 0 },
      unknown: { readP50Ms: 1, loadsPerSecond: null },
    }
    const points = paretoPoints(madeUpComparison({ strategies }))
    expect(points.map(({ strategy, onFront, onFreshFront }) => [strategy, onFront, onFreshFront])).toEqual([
      ['fast', true, false],
      ['slower', false, true],
      ['sparing', true, true],
      ['outranked', false, false],
    ])
  })
})
