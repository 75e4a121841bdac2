import { describe, expect, it } from 'vitest'
import { Tallies } from './tallies.ts'
import { statsEvent } from './test-events.ts'

const none = { count: 0, p50: null, p99: null, max: null }
const times = (count: number, p50: number) => ({ count, p50, p99: p50, max: p50 })

describe('Tallies', () => {
  it('begins with the totals, then adds each second', () => {
    const tallies = new Tallies()
    const latencyMs = { all: none, hit: times(8, 1), stale: none, miss: times(2, 50), collapsed: none, bypass: none }
    tallies.add(
      statsEvent(1, { tiered: {} }, { tiered: { reads: 10, loads: 2, latencyMs, staleForMs: times(1, 400) } }),
    )
    tallies.add(statsEvent(2, { tiered: { hitMs: times(5, 2) } }, { tiered: { reads: 15, loads: 2 } }))
    expect(tallies.get('tiered')).toEqual({
      reads: 15,
      loads: 2,
      staleReads: 0,
      staleMaxMs: 400,
      timedReads: 15,
      sumOfTimesMs: 8 * 1 + 2 * 50 + 5 * 2,
    })
  })

  it('counts from the start of a load, exactly', () => {
    const tallies = new Tallies()
    tallies.add(statsEvent(1, { tiered: {} }, { tiered: { reads: 100, loads: 20, staleForMs: times(1, 400) } }))
    tallies.startOver()
    tallies.add(statsEvent(2, { tiered: { waitMs: times(1, 30) } }, { tiered: { reads: 107, loads: 21 } }))
    expect(tallies.get('tiered')).toMatchObject({ reads: 7, loads: 1, timedReads: 1, sumOfTimesMs: 30 })
    expect(tallies.get('tiered')!.staleMaxMs).toBeNaN()
  })

  it('starts from the totals again once the counters were set to 0', () => {
    const tallies = new Tallies()
    tallies.add(statsEvent(1, { tiered: {} }, { tiered: { reads: 100, loads: 20 } }))
    tallies.startOver()
    tallies.add(statsEvent(2, { tiered: {} }, { tiered: { reads: 3, loads: 1 } }))
    expect(tallies.get('tiered')).toMatchObject({ reads: 3, loads: 1 })
  })

  it('knows nothing of a strategy without figures', () => {
    expect(new Tallies().get('tiered')).toBeUndefined()
  })
})
