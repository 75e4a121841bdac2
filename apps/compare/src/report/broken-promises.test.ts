import { describe, expect, it } from 'vitest'
import { madeUpComparison } from '../../test/made-up-comparison.ts'
import { promisesKept } from './broken-promises.ts'

const seen = { violations: { counts: { 'read-after-write': 3 }, schedule: ['the first'] } }

/** `cache-aside` does not promise read-after-write, and the naive forms declare how they break it. */
function verdicts(turn: Parameters<typeof madeUpComparison>[0]['turn']) {
  const strategies = { 'cache-aside': {}, tiered: {}, 'naive-lock': {} }
  const kept = promisesKept(madeUpComparison({ strategies, ...(turn && { turn }) }))
  return Object.fromEntries(kept.map(({ strategy, verdict }) => [strategy.name, verdict]))
}

describe('promisesKept', () => {
  it('holds a strategy to what it promises, and to no more', () => {
    expect(verdicts({ 'cache-aside': seen, tiered: seen, 'naive-lock': seen })).toEqual({
      'cache-aside': 'kept',
      tiered: 'broken',
      'naive-lock': 'broken as declared',
    })
  })

  it('never counts what no strategy promises', () => {
    expect(verdicts({ tiered: { violations: { counts: { 'monotonic-reads-before-ack': 9 }, schedule: [] } } })).toEqual(
      {
        'cache-aside': 'kept',
        tiered: 'kept',
        'naive-lock': 'kept',
      },
    )
  })

  it('holds the time bound against those that promise no more than that', () => {
    const turn = { 'cache-aside': { violations: { counts: { 'time-bound': 1 }, schedule: [] } } }
    expect(verdicts(turn)['cache-aside']).toBe('broken')
  })

  it('calls a lost write broken where none may be lost', () => {
    const comparison = madeUpComparison({ strategies: { tiered: { lostWrites: [0, 0, 2, 0, 0] } } })
    expect(promisesKept(comparison)[0]).toMatchObject({ verdict: 'broken', promised: { 'lost-write': 2 } })
  })

  it('counts turns that failed their check, and not those without figures', () => {
    expect(verdicts({ tiered: { ...seen, status: 'failed-check' } }).tiered).toBe('broken')
    expect(verdicts({ tiered: { ...seen, status: 'technical-error' } }).tiered).toBe('not measured')
  })

  it('keeps the schedule of the first turn that has one', () => {
    expect(promisesKept(madeUpComparison({ strategies: { tiered: {} }, turn: { tiered: seen } }))[0]).toMatchObject({
      schedule: ['the first'],
      run: 1,
    })
  })
})
