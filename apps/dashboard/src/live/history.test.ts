import { describe, expect, it } from 'vitest'
import { History } from './history.ts'
import { statsEvent } from './test-events.ts'

const NOTHING = { count: 0, mean: null, p50: null, p99: null }

describe('History', () => {
  it('weighs the quantiles of each second by its reads', () => {
    const history = new History()
    history.add(
      statsEvent(1, {
        tiered: { reads: 10, hits: 10, hitMs: { count: 10, mean: 1, p50: 1, p99: 2 }, waitMs: NOTHING },
      }),
    )
    history.add(
      statsEvent(2, {
        tiered: { reads: 40, hits: 30, hitMs: { count: 30, mean: 3, p50: 3, p99: 4 }, waitMs: NOTHING },
      }),
    )
    const summary = history.summary('tiered', 10, 0)!
    expect(summary).toMatchObject({ reads: 50, hitRatio: 0.8, hitP50: 2.5, hitP99: 3.5, waitP50: Number.NaN })
  })

  it('has the exact mean of all reads, hits and waits', () => {
    const history = new History()
    const times = { hitMs: { count: 9, mean: 1, p50: 1, p99: 2 }, waitMs: { count: 1, mean: 31, p50: 31, p99: 31 } }
    history.add(statsEvent(1, { tiered: { reads: 10, hits: 9, ...times } }))
    history.add(
      statsEvent(2, { tiered: { reads: 10, hits: 10, hitMs: { ...times.hitMs, count: 10 }, waitMs: NOTHING } }),
    )
    expect(history.summary('tiered', 2, 0)!.readMs).toBe((9 * 1 + 31 + 10 * 1) / 20)
  })

  it('leaves out what came while paused', () => {
    const history = new History()
    for (let second = 1; second <= 5; second++) history.add(statsEvent(second, { tiered: { reads: second } }))
    expect(history.summary('tiered', 2, 3)!.reads).toBe(1 + 2)
    expect(history.end(3)).toBe(2_000)
  })

  it('finds the largest number over strategies and series', () => {
    const history = new History()
    history.add(statsEvent(1, { tiered: { loads: 3 }, xfetch: { loads: 7 } }))
    history.add(statsEvent(2, { tiered: { loads: 1 }, xfetch: { loads: 2 } }))
    expect(history.max(['tiered', 'xfetch'], ['loads'], 10, 0)).toBe(7)
    expect(history.max(['tiered'], ['loads'], 10, 0)).toBe(3)
    expect(history.max(['tiered'], ['hitP50'], 10, 0)).toBeNaN()
  })

  it('sums stale reads and keeps the longest time', () => {
    const history = new History()
    history.add(statsEvent(1, { xfetch: { staleReads: 2, staleMaxMs: 900 } }))
    history.add(statsEvent(2, { xfetch: { staleReads: 1, staleMaxMs: 300 } }))
    expect(history.stale('xfetch', 10, 0)).toEqual({ reads: 3, maxMs: 900 })
  })

  it('marks a silence with a gap', () => {
    const history = new History()
    history.add(statsEvent(1, { tiered: { loads: 3 } }))
    expect(history.add(statsEvent(20, { tiered: { loads: 4 } }))).toBe(2)
    expect([...history.lane('tiered')!.loads.latest(5)]).toEqual([3, Number.NaN, 4])
  })

  it('gives a strategy that comes later as many numbers as the others have', () => {
    const history = new History()
    history.add(statsEvent(1, { tiered: {} }))
    history.add(statsEvent(2, { tiered: {}, xfetch: { loads: 5 } }))
    expect([...history.lane('xfetch')!.loads.latest(5)]).toEqual([Number.NaN, 5])
  })
})
