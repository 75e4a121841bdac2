import { describe, expect, it } from 'vitest'
import { k6Figures, probedFigures, serverFigures } from '../../test/seen-in-turn.ts'
import { measureNames } from '../measures.ts'
import { turnMeasures } from './turn-measures.ts'

const seen = { k6: k6Figures(), probe: probedFigures(), server: serverFigures(), used: {}, measuredMs: 10_000 }

describe('turnMeasures', () => {
  it('answers every measure', () => {
    expect(Object.keys(turnMeasures(seen)).sort()).toEqual([...measureNames].sort())
  })

  it('counts what was served from the cache as hits, fresh or past its time, and what waited apart', () => {
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

  it('counts a load for each read that had to, front page and report included', () => {
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

  it('adds loads that nobody waited for, which only the server knows', () => {
    const k6 = k6Figures({ counters: { misses: 40, bypassed: 0 } })
    const quiet = turnMeasures({ ...seen, k6, server: serverFigures({ reads: 1_000, loads: 40 }) }).loadsPerRead!
    const refreshed = turnMeasures({ ...seen, k6, server: serverFigures({ reads: 1_000, loads: 140 }) }).loadsPerRead!
    expect(refreshed - quiet).toBeCloseTo(0.1, 10)
  })

  it('gives the share of writes that nobody missed any more, so long after their acknowledgement', () => {
    const probe = probedFigures({ staleness: { writes: 10, windowsMs: [5, 50, 500, 5_000] } })
    const { consistentAfter10Ms, consistentAfter100Ms, consistentAfter1S, consistentAfter10S } = turnMeasures({
      ...seen,
      probe,
    })
    expect([consistentAfter10Ms, consistentAfter100Ms, consistentAfter1S, consistentAfter10S]).toEqual([
      0.7, 0.8, 0.9, 1,
    ])
  })

  it('divides what was used by all requests of the turn, and does not know what was not seen', () => {
    const server = serverFigures({ reads: 900, writes: 100 })
    const { redisCommandsPerRequest, apiCpuMs, postgresCpuMs } = turnMeasures({
      ...seen,
      server,
      used: { redisCommands: 2_000, apiCpuMs: 500 },
    })
    expect([redisCommandsPerRequest, apiCpuMs, postgresCpuMs]).toEqual([2, 0.5, null])
  })

  it('says 0 of staleness where nothing was stale, and null of what nobody did', () => {
    const { staleMaxMs, listHitRatio, writeP50Ms } = turnMeasures(seen)
    expect([staleMaxMs, listHitRatio, writeP50Ms]).toEqual([0, null, null])
  })
})
