import { describe, expect, it } from 'vitest'
import { spreadOf } from '../spread.ts'
import { bySimplicity, type FigureOf, isLower, rank } from './ranking.ts'

type Runs = readonly [loads: readonly number[], p99: readonly number[]]

function figures(runs: Readonly<Record<string, Runs>>): FigureOf {
  return (strategy, measure) => spreadOf(runs[strategy]![measure === 'loadsPerRead' ? 0 : 1])
}

const five = (from: number, step = 1) => [0, 1, 2, 3, 4].map((run) => from + run * step)

describe('rank', () => {
  it('picks the least database load, however slow', () => {
    const runs = { 'cache-aside': [five(10), five(1)], 'write-through': [five(1), five(100)] } as const
    expect(rank(Object.keys(runs), figures(runs))).toEqual({
      winner: 'write-through',
      outranked: [{ strategy: 'cache-aside', step: 'load', by: 'write-through' }],
    })
  })

  it('picks the simpler strategy if the load differs in all runs, but by less than 10 %', () => {
    const runs = {
      'manual-invalidation': [five(107, 0.1), five(1)],
      'write-through': [five(100, 0.1), five(1)],
    } as const
    expect(rank(Object.keys(runs), figures(runs))).toEqual({
      winner: 'manual-invalidation',
      outranked: [{ strategy: 'write-through', step: 'simplicity', by: 'manual-invalidation' }],
    })
    const more = { ...runs, 'manual-invalidation': [five(113, 0.1), five(1)] } as const
    expect(rank(Object.keys(more), figures(more)).winner).toBe('write-through')
  })

  it('picks the lower p99 if there is no difference in load', () => {
    const runs = { 'cache-aside': [five(1), five(100)], 'write-through': [five(3), five(1)] } as const
    expect(rank(Object.keys(runs), figures(runs))).toEqual({
      winner: 'write-through',
      outranked: [{ strategy: 'cache-aside', step: 'latency', by: 'write-through' }],
    })
  })

  it('picks the simpler strategy if there is no difference in either', () => {
    const runs = { 'write-through': [five(1), five(1)], 'cache-aside': [five(2), five(2)] } as const
    expect(rank(Object.keys(runs), figures(runs))).toEqual({
      winner: 'cache-aside',
      outranked: [{ strategy: 'write-through', step: 'simplicity', by: 'cache-aside' }],
    })
  })

  it('terminates if three strategies beat one another in a cycle', () => {
    const runs = {
      'cache-aside': [five(0), five(30)],
      'manual-invalidation': [five(4), five(20)],
      'write-through': [five(8), five(10)],
    } as const
    expect(rank(Object.keys(runs), figures(runs))).toEqual({
      winner: 'manual-invalidation',
      outranked: [
        { strategy: 'write-through', step: 'load', by: 'cache-aside' },
        { strategy: 'cache-aside', step: 'latency', by: 'manual-invalidation' },
      ],
    })
  })

  it('has no winner without strategies', () => {
    expect(rank([], figures({}))).toEqual({ winner: undefined, outranked: [] })
  })
})

describe('isLower', () => {
  it('compares medians if one side has too few runs', () => {
    expect(isLower(spreadOf([1, 9, 2]), spreadOf(five(1)))).toBe(true)
    expect(isLower(spreadOf(five(1)), spreadOf(five(2)))).toBe(false)
  })

  it('ranks an unknown figure above every known one', () => {
    expect([
      isLower(spreadOf([1]), undefined),
      isLower(undefined, spreadOf([1])),
      isLower(undefined, undefined),
    ]).toEqual([true, false, false])
  })
})

describe('bySimplicity', () => {
  it('follows the table of strategies, then other names, then libraries', () => {
    const names = ['peer:cacheable', 'write-behind-of-tomorrow', 'stampede-lock', 'no-cache', 'cache-aside']
    expect(names.toSorted(bySimplicity)).toEqual([
      'no-cache',
      'cache-aside',
      'stampede-lock',
      'write-behind-of-tomorrow',
      'peer:cacheable',
    ])
  })
})
