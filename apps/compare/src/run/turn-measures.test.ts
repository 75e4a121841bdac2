import { describe, expect, it } from 'vitest'
import { k6Figures, probedFigures, serverFigures } from '../../test/seen-in-turn.ts'
import { measureNames } from '../measures.ts'
import { turnMeasures } from './turn-measures.ts'

const seen = { k6: k6Figures(), probe: probedFigures(), server: serverFigures(), used: {}, measuredMs: 10_000 }

describe('turnMeasures', () => {
  it('has every measure', () => {
    expect(Object.keys(turnMeasures(seen)).sort()).toEqual([...measureNames].sort())
  })

  it('counts fresh and stale answers from the cache as hits, and waiting reads separately', () => {
    const outcomes = { hits: 60, stale: 20, misses: 10, collapsed: 10, bypassed: 0 }
    const { hitRatio, freshRatio, servedStaleRatio, collapsedRatio } = turnMeasures({
      ...seen,
      k6: k6Figures({ byId: { count: 100, outcomes } }),
    })
    expect({ hitRatio, freshRatio, servedStaleRatio, collapsedRatio }).toEqual({
      hitRatio: 0.8,
      freshRatio: 0.6,
      servedStaleRatio: 0.2,
      collapsedRatio: 0.1,
    })
  })

  it('counts a load for each miss, including front page and report', () => {
    const k6 = k6Figures({
      byId: { count: 100, outcomes: { hits: 70, stale: 0, misses: 20, collapsed: 10, bypassed: 0 } },
      page: { count: 20, outcomes: { hits: 10, stale: 0, misses: 10, collapsed: 0, bypassed: 0 } },
      report: { count: 5, outcomes: { hits: 0, stale: 0, misses: 5, collapsed: 0, bypassed: 0 } },
      counters: { misses: 35, bypassed: 0 },
    })
    const { loadsPerRead, loadsPerSecond, hitRatio, postHitRatio, listHitRatio, reportHitRatio } = turnMeasures({
      ...seen,
      k6,
      server: serverFigures({ loads: 35 }),
    })
    expect({ loadsPerRead, loadsPerSecond, hitRatio, postHitRatio, listHitRatio, reportHitRatio }).toEqual({
      loadsPerRead: 35 / 125,
      loadsPerSecond: 3.5,
      hitRatio: 80 / 125,
      postHitRatio: 0.7,
      listHitRatio: 0.5,
      reportHitRatio: 0,
    })
  })

  it('adds background loads, which only the server counts', () => {
    const k6 = k6Figures({ counters: { misses: 40, bypassed: 0 } }) // k6 took no snapshots
    const quiet = turnMeasures({ ...seen, k6, server: serverFigures({ reads: 1_000, loads: 40 }) }).loadsPerRead!
    const refreshed = turnMeasures({ ...seen, k6, server: serverFigures({ reads: 1_000, loads: 140 }) }).loadsPerRead!
    expect(refreshed - quiet).toBeCloseTo(0.1, 10)
  })

  it('takes background loads from the measured phase: a warm-up has none before the first entries are old', () => {
    const outcomes = { hits: 60, stale: 30, misses: 10, collapsed: 0, bypassed: 0 }
    const figures = { byId: { count: 100, outcomes }, counters: { misses: 40, bypassed: 0 } }
    const server = serverFigures({ reads: 1_000, loads: 70 })
    const k6 = k6Figures({ ...figures, origin: { reads: 100, loads: 40 } })
    expect(turnMeasures({ ...seen, k6, server }).loadsPerRead).toBeCloseTo(0.1 + 0.3, 10)
    // Snapshots are taken under load, and may be off by the requests in flight. Without background loads they are not used.
    const exact = { ...seen, k6, server: serverFigures({ reads: 1_000, loads: 40 }) }
    expect(turnMeasures(exact).loadsPerRead).toBeCloseTo(0.1, 10)
  })

  it('counts all reads except hits as waiting, per second', () => {
    const outcomes = { hits: 60, stale: 20, misses: 10, collapsed: 6, bypassed: 4 }
    expect(turnMeasures({ ...seen, k6: k6Figures({ byId: { count: 100, outcomes } }) }).waitingPerSecond).toBe(2)
  })

  it('has the share of writes that all readers saw, by time after their acknowledgement', () => {
    const probe = probedFigures({ staleness: { writes: 10, windowsMs: [5, 50, 500, 5_000] } })
    const { consistentAfter10Ms, consistentAfter100Ms, consistentAfter1S } = turnMeasures({ ...seen, probe })
    expect([consistentAfter10Ms, consistentAfter100Ms, consistentAfter1S]).toEqual([0.7, 0.8, 0.9])
  })

  it('divides resources by all requests of the turn, and is null for those not seen', () => {
    const server = serverFigures({ reads: 900, writes: 100 })
    const { redisCommandsPerRequest, apiCpuMs, postgresCpuMs } = turnMeasures({
      ...seen,
      server,
      used: { redisCommands: 2_000, apiCpuMs: 500 },
    })
    expect([redisCommandsPerRequest, apiCpuMs, postgresCpuMs]).toEqual([2, 0.5, null])
  })

  it('has 0 for staleness without stale reads, and null for operations that did not occur', () => {
    const { staleMaxMs, listHitRatio, writeP50Ms } = turnMeasures(seen)
    expect([staleMaxMs, listHitRatio, writeP50Ms]).toEqual([0, null, null])
  })
})
