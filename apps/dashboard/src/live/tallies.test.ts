import { describe, expect, it } from 'vitest'
import { Tallies } from './tallies.ts'
import { statsEvent } from './test-events.ts'

const none = { count: 0, mean: null, p50: null, p99: null, max: null }
/** Medians far from the mean, so that a test sees which one was used. */
const times = (count: number, mean: number) => ({ count, mean, p50: mean / 2, p99: 9 * mean, max: 9 * mean })

describe('Tallies', () => {
  it('begins with the totals, then adds each second', () => {
    const tallies = new Tallies()
    const latencyMs = { all: none, hit: times(8, 1), stale: none, miss: times(2, 50), collapsed: none, bypass: none }
    tallies.add(
      statsEvent(1, { tiered: {} }, { tiered: { reads: 10, loads: 2, latencyMs, staleForMs: { ...none, max: 400 } } }),
    )
    tallies.add(statsEvent(2, { tiered: { hitMs: times(5, 2) } }, { tiered: { reads: 15, loads: 2 } }))
    expect(tallies.get('tiered')).toEqual({
      reads: 15,
      loads: 2,
      writes: 0,
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

  it('counts from the start of a load also if that comes before the first totals', () => {
    const tallies = new Tallies()
    tallies.startOver()
    const latencyMs = { all: none, hit: times(80, 1), stale: none, miss: none, collapsed: none, bypass: none }
    const earlier = { reads: 100, loads: 20, writes: 5, staleReads: 3, latencyMs, staleForMs: times(3, 400) }
    const first = statsEvent(1, { tiered: { waitMs: times(4, 9), staleMaxMs: 400 } }, { tiered: earlier })
    expect(tallies.add(first)).toBe(false)
    const nothing = { reads: 0, loads: 0, writes: 0, staleReads: 0, timedReads: 0, sumOfTimesMs: 0 }
    expect(tallies.get('tiered')).toEqual({ ...nothing, staleMaxMs: Number.NaN })
    const later = { ...earlier, reads: 107, loads: 21 }
    tallies.add(statsEvent(2, { tiered: { waitMs: times(1, 30) } }, { tiered: later }))
    expect(tallies.get('tiered')).toMatchObject({ reads: 7, loads: 1, timedReads: 1, sumOfTimesMs: 30 })
    // From the next reset on, all that was counted counts again.
    tallies.add(statsEvent(3, { tiered: {} }, { tiered: { reads: 2, since: '2026-01-01T00:00:00.000Z' } }))
    expect(tallies.get('tiered')).toMatchObject({ reads: 2 })
  })

  it('starts from the totals again once the counters were set to 0', () => {
    const tallies = new Tallies()
    const figures = { reads: 100, loads: 20, writes: 7 }
    expect(tallies.add(statsEvent(1, { tiered: {}, xfetch: {} }, { tiered: figures, xfetch: figures }))).toBe(false)
    const reset = { reads: 130, loads: 1, since: '2026-01-01T00:00:00.000Z' }
    const more = { ...figures, reads: 104, writes: 9 }
    expect(tallies.add(statsEvent(2, { tiered: {}, xfetch: {} }, { tiered: reset, xfetch: more }))).toBe(true)
    expect(tallies.get('tiered')).toMatchObject({ reads: 130, loads: 1, writes: 0 })
    expect(tallies.get('xfetch')).toMatchObject({ reads: 4, loads: 0, writes: 2 })
    expect(tallies.add(statsEvent(3, { tiered: {}, xfetch: {} }, { tiered: reset, xfetch: more }))).toBe(false)
  })

  it('keeps its counts, and sees no reset, while a process does not answer', () => {
    const tallies = new Tallies()
    const of = (answered: number) => ({ processes: { answered, of: 3 } })
    const event = (second: number, reads: number, since: string, mean: number) =>
      statsEvent(second, { tiered: { hitMs: times(1, mean) } }, { tiered: { reads, since } })
    tallies.add({ ...event(1, 30, 'last', 1), ...of(3) })
    expect(tallies.add({ ...event(2, 20, 'first', 2), ...of(2) })).toBe(false)
    expect(tallies.get('tiered')).toMatchObject({ reads: 30, timedReads: 1, sumOfTimesMs: 2 })
    expect(tallies.add({ ...event(3, 33, 'last', 3), ...of(3) })).toBe(false)
    expect(tallies.get('tiered')).toMatchObject({ reads: 33, timedReads: 2, sumOfTimesMs: 5 })
  })

  it('keeps what a process had counted that was replaced, and sees no reset', () => {
    const tallies = new Tallies()
    const add = (second: number, reads: number, loads: number) =>
      tallies.add({
        ...statsEvent(second, { tiered: {} }, { tiered: { reads, loads } }),
        processes: { answered: 3, of: 3 },
      })
    add(1, 100, 10)
    tallies.startOver()
    add(2, 130, 13)
    expect(add(3, 90, 9)).toBe(false)
    expect(tallies.get('tiered')).toMatchObject({ reads: 30, loads: 3 })
    add(4, 95, 10)
    expect(tallies.get('tiered')).toMatchObject({ reads: 35, loads: 4 })
  })

  it('knows nothing of a strategy without figures', () => {
    expect(new Tallies().get('tiered')).toBeUndefined()
  })
})
