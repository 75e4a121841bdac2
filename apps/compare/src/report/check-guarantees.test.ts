import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { checkGuarantees } from './check-guarantees.ts'

const seen = { violations: { counts: { 'read-after-write': 3 }, schedule: ['the first'] } }

/** `cache-aside` does not guarantee read-after-write. The naive forms guarantee nothing, and declare how they break it. */
function verdicts(turn: Parameters<typeof madeUpComparison>[0]['turn']) {
  const strategies = { 'cache-aside': {}, tiered: {}, 'naive-lock': {} }
  const kept = checkGuarantees(madeUpComparison({ strategies, ...(turn && { turn }) }))
  return Object.fromEntries(kept.map(({ strategy, verdict }) => [strategy.name, verdict]))
}

describe('checkGuarantees', () => {
  it('checks a strategy against its guarantee, and a naive form against the one that it breaks', () => {
    const [naive] = madeUpComparison({ strategies: { 'naive-lock': {} } }).strategies
    expect(naive!.promise).toMatchObject({ readAfterWrite: false, readAfterWriteOf: 'none' })
    expect(verdicts({ 'cache-aside': seen, tiered: seen, 'naive-lock': seen })).toEqual({
      'cache-aside': 'kept',
      tiered: 'broken',
      'naive-lock': 'broken as declared',
    })
  })

  it('checks a store in memory against read-after-write if one process was measured', () => {
    const { config, strategies, ...rest } = madeUpComparison({ strategies: { tiered: {} }, turn: { tiered: seen } })
    const promise = { ...strategies[0]!.promise, readAfterWrite: false, where: 'this process' } as const
    const verdictIn = (apiProcesses: number) =>
      checkGuarantees({
        ...rest,
        config: { ...config, apiProcesses },
        strategies: [{ ...strategies[0]!, store: 'memory', promise }],
      })[0]!.verdict
    expect([1, 2].map(verdictIn)).toEqual(['broken', 'kept'])
  })

  it('does not check the ceiling', () => {
    const comparison = madeUpComparison({ strategies: { 'always-hit': {} }, turn: { 'always-hit': seen } })
    expect(checkGuarantees(comparison)[0]).toMatchObject({ verdict: 'not a strategy', forbidden: {} })
  })

  it('never counts a violation that no guarantee excludes', () => {
    expect(verdicts({ tiered: { violations: { counts: { 'monotonic-reads-before-ack': 9 }, schedule: [] } } })).toEqual(
      {
        'cache-aside': 'kept',
        tiered: 'kept',
        'naive-lock': 'kept',
      },
    )
  })

  it('checks the time bound of strategies that guarantee only that', () => {
    const turn = { 'cache-aside': { violations: { counts: { 'time-bound': 1 }, schedule: [] } } }
    expect(verdicts(turn)['cache-aside']).toBe('broken')
  })

  it('counts a lost write as broken if none may be lost', () => {
    const comparison = madeUpComparison({ strategies: { tiered: { lostWrites: [0, 0, 2, 0, 0] } } })
    expect(checkGuarantees(comparison)[0]).toMatchObject({ verdict: 'broken', forbidden: { 'lost-write': 2 } })
  })

  it('includes turns with failed checks, but not turns without figures', () => {
    expect(verdicts({ tiered: { ...seen, status: 'failed-check' } }).tiered).toBe('broken')
    expect(verdicts({ tiered: { ...seen, status: 'technical-error' } }).tiered).toBe('not measured')
  })

  it('has the timeline of the first turn with one', () => {
    expect(checkGuarantees(madeUpComparison({ strategies: { tiered: {} }, turn: { tiered: seen } }))[0]).toMatchObject({
      schedule: ['the first'],
      run: 1,
    })
  })
})
