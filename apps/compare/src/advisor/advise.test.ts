import { describe, expect, it } from 'vitest'
import { CURRENT, cases, NOTHING_LOST, sweep } from '../../test/advised-loads.ts'
import { caseOf, described, figuresAround } from '../../test/advisor-cases.ts'
import type { Comparison } from '../comparison.ts'
import { adviceInWords } from './advice-in-words.ts'
import { advise } from './advise.ts'

/** A comparison of API processes without Redis. */
function inMemory(apiProcesses: number): Comparison {
  const { config, strategies, ...rest } = caseOf(0.05, { 'manual-invalidation': { loads: 0.1, p99: 3 } })
  const local = { readAfterWrite: false, where: 'this process' } as const
  return {
    ...rest,
    config: { ...config, apiProcesses },
    strategies: strategies.map((one) => ({ ...one, store: 'memory', promise: { ...one.promise, ...local } })),
  }
}

function withoutTurnsOf(comparison: Comparison, strategy: string): Comparison {
  return { ...comparison, turns: comparison.turns.filter((turn) => turn.strategy !== strategy) }
}

describe.each(Object.entries(cases))('the advice for %s', (_, { comparison, requirements, pick, runnerUp }) => {
  it('names the winner and the runner-up', async () => {
    const advice = await advise(comparison, requirements)
    expect([advice.pick?.strategy, advice.runnerUp?.strategy]).toEqual([pick, runnerUp])
  })

  it("picks the runner-up without the winner's turns", async () => {
    const advice = await advise(withoutTurnsOf(comparison, pick), requirements)
    expect(advice.pick?.strategy).toBe(runnerUp)
  })

  it('explains every other strategy by a figure', async () => {
    const { runnerUp, others, ruledOut } = await advise(comparison, requirements)
    const mentioned = [runnerUp!, ...others, ...ruledOut.map(({ strategy, reason }) => ({ strategy, why: reason }))]
    const names = comparison.strategies.map(({ name }) => name).filter((name) => name !== pick)
    expect(mentioned.map(({ strategy }) => strategy).toSorted()).toEqual(names.toSorted())
    for (const { strategy, why } of mentioned) {
      if (!strategy.startsWith('naive-')) expect(why, strategy).toMatch(/\d/)
    }
  })
})

describe('advise', () => {
  const { comparison } = cases['strict freshness']

  it('rules out by the guarantee even if the measured staleness is low', async () => {
    const lucky = caseOf(0.05, { 'cache-aside': { loads: 0.05, p99: 3 }, 'write-through': { loads: 0.1, p99: 3 } })
    const { ruledOut } = await advise(lucky, { maxStalenessMs: 1_000, mayLoseWrites: false })
    expect(ruledOut).toEqual([
      {
        strategy: 'cache-aside',
        reason: 'it allows values up to 5 s old, above the limit of 1 s (--max-staleness)',
        short: 'up to 5 s old',
      },
    ])
  })

  it('rules out a store in memory if several processes were measured', async () => {
    const { pick, ruledOut } = await advise(inMemory(2), CURRENT)
    expect([pick, ruledOut[0]?.reason]).toEqual([
      undefined,
      'in processes other than the writer, it allows values up to 5 s old, above the limit of 0 ms (--max-staleness)',
    ])
    expect((await advise(inMemory(2), NOTHING_LOST)).notes).toContain(
      '--max-staleness was not given, and a value may be 5 s old',
    )
  })

  it('recommends a store in memory for one process if one was measured', async () => {
    const advice = await advise(inMemory(1), CURRENT, { ttlSweep: sweep })
    expect(advice.pick).toMatchObject({ strategy: 'manual-invalidation', guarantee: { where: 'this process' } })
    expect(advice.pick?.otherTtl).toContain(
      "another process's write or an out-of-band change may then stay hidden for 60 s",
    )
    const text = adviceInWords(advice).join('\n')
    expect(text).toContain(
      'guarantee: in one process only: after an acknowledged write no read of that process is stale; ' +
        'in others, and after an out-of-band change, a value may be 5 s old (the TTL)',
    )
    expect(text).toContain('// The guarantee holds in this process only: each process has its own memory.')
  })

  describe('where reads must not wait at an expiry', () => {
    const expiring = caseOf(0.005, {
      'no-cache': { loads: 1, p99: 44 },
      'stampede-lock': { loads: 0.1, p99: 31, waiting: 22 },
      'stale-while-revalidate': { loads: 0.1, p99: 25, waiting: 4 },
      'always-hit': { loads: 0, p99: 1, waiting: 0, stale: 9_000 },
    })

    it('picks a strategy with background refresh, and prints the measured code', async () => {
      const { pick, ruledOut } = await advise(expiring, {
        maxStalenessMs: 0,
        maxWaitingPerSecond: 5,
        mayLoseWrites: false,
      })
      expect(pick).toMatchObject({ strategy: 'stale-while-revalidate', basis: 'measured' })
      expect(pick!.snippet).toContain(
        'staleWhileRevalidate({ ttlMs: 5_000, staleMs: 300_000, staleIfErrorMs: 300_000 })',
      )
      expect(ruledOut.find(({ strategy }) => strategy === 'stampede-lock')!.reason).toBe(
        'its number of waiting reads is 22/s, above the limit of 5/s (--max-waiting)',
      )
    })

    it('says how long an out-of-band change may stay hidden', async () => {
      const advice = await advise(expiring, { maxWaitingPerSecond: 5, mayLoseWrites: false })
      expect(adviceInWords(advice).join('\n')).toContain(
        'after an out-of-band change a value may be 305 s old (the TTL, and 300 s served stale)',
      )
    })

    it('picks another strategy if that exceeds --max-age', async () => {
      const { pick, ruledOut } = await advise(expiring, { maxAgeMs: 60_000, mayLoseWrites: false })
      expect(pick?.strategy).toBe('stampede-lock')
      expect(ruledOut.find(({ strategy }) => strategy === 'stale-while-revalidate')!.reason).toBe(
        'an out-of-band change may stay hidden for 305 s, above the limit of 60 s (--max-age)',
      )
    })

    it('never picks the ceiling', async () => {
      const { pick, cannotBeMet } = await advise(expiring, { maxWaitingPerSecond: 1, mayLoseWrites: false })
      expect(pick).toBeUndefined()
      expect(cannotBeMet[0]).toContain('--max-waiting 1/s cannot be met')
    })
  })

  it('picks expiry alone if its TTL is short enough', async () => {
    const { pick } = await advise(comparison, { maxStalenessMs: 5_000, mayLoseWrites: false })
    expect(pick?.strategy).toBe('cache-aside')
  })

  it('rules out by measured staleness even if the guarantee is strong', async () => {
    const unlucky = caseOf(0.05, { 'stampede-lock': { loads: 0.05, p99: 3, stale: 12 } })
    const { pick, ruledOut } = await advise(unlucky, CURRENT)
    expect(pick).toBeUndefined()
    expect(ruledOut[0]?.reason).toBe(
      'its stalest read in a run was 12 ms old, above the limit of 0 ms (--max-staleness)',
    )
  })

  it('rules out a naive form even without a staleness limit', async () => {
    const { ruledOut } = await advise(comparison, NOTHING_LOST)
    expect(ruledOut.map(({ strategy }) => strategy)).toEqual(['naive-invalidation'])
  })

  it('rules out a strategy that broke its guarantee', async () => {
    const strategies = { 'write-through': figuresAround({ loads: 0.1, p99: 3 }) }
    const violations = { counts: { 'read-after-write': 2 }, schedule: [] }
    const { pick, ruledOut } = await advise(
      described({ strategies, turn: { 'write-through': { violations } } }),
      NOTHING_LOST,
    )
    expect(pick).toBeUndefined()
    expect(ruledOut[0]?.reason).toBe('it broke its guarantee (seen here: 10 × read-after-write)')
  })

  it('names a library that wins, without a snippet', async () => {
    const { pick } = await advise(
      caseOf(0, { 'no-cache': { loads: 1, p99: 3 }, 'peer:bentocache': { loads: 0.1, p99: 3 } }),
      NOTHING_LOST,
    )
    expect(pick?.strategy).toBe('peer:bentocache')
    expect(pick?.title).toBe('The strategy peer:bentocache')
    expect(pick).not.toHaveProperty('snippet')
  })

  it('rules out turns that do not count', async () => {
    const strategies = { 'write-through': figuresAround({ loads: 0.1, p99: 3 }) }
    const turn = { 'write-through': { status: 'failed-check' as const, problems: ['12 iterations were dropped'] } }
    const { ruledOut } = await advise(described({ strategies, turn }), NOTHING_LOST)
    expect(ruledOut[0]?.reason).toBe('none of its 5 turns counts: 12 iterations were dropped')
  })

  it('decides by the median if runs lie on both sides of a limit, and says so', async () => {
    const figures = { ...figuresAround({ loads: 0.1, p99: 3 }), readP99Ms: [18, 19, 20, 21, 30] }
    const one = described({ strategies: { 'write-through': figures } })
    const met = await advise(one, { p99Ms: 20, mayLoseWrites: false })
    expect(met.pick?.strategy).toBe('write-through')
    expect(met.notes).toContain('the read p99 of write-through is 20 ms [18–30]: some runs exceed --p99')
    const missed = await advise(one, { p99Ms: 19, mayLoseWrites: false })
    expect(missed.ruledOut[0]?.reason).toBe(
      'its read p99 is 20 ms [18–30], above the limit of 19 ms (--p99); some of its runs are below the limit, but the median decides',
    )
  })

  it('says so for waiting reads, too', async () => {
    const figures = { ...figuresAround({ loads: 0.1, p99: 3 }), waitingPerSecond: [3, 4, 5, 6, 7] }
    const one = described({ strategies: { 'write-through': figures } })
    const { notes } = await advise(one, { maxWaitingPerSecond: 5, mayLoseWrites: false })
    expect(notes).toContain('the number of waiting reads of write-through is 5/s [3–7]: some runs exceed --max-waiting')
  })

  it('counts every kind of write of the measured load', async () => {
    const strategies = { 'write-through': figuresAround({ loads: 0.1, p99: 3 }) }
    const workload = { writeShare: 0, insertShare: 0.1, readModifyWriteShare: 0.5 }
    const { notes } = await advise(described({ strategies, workload }), { maxLoadsPerSecond: 50, mayLoseWrites: false })
    expect(notes).toContain(
      'database load was measured at 200 requests per second, 60 % of them writes; it changes with the rate',
    )
  })

  it('does not treat an unknown figure as low', async () => {
    const figures = { ...figuresAround({ loads: 0.1, p99: 3 }), loadsPerSecond: null }
    const { ruledOut } = await advise(described({ strategies: { 'write-through': figures } }), {
      maxLoadsPerSecond: 50,
      mayLoseWrites: false,
    })
    expect(ruledOut[0]?.reason).toBe('its database load is not known, and the limit is 50/s (--max-db-load)')
  })

  it('says with figures why nothing should be cached', async () => {
    const { dontCache, pick } = await advise(cases['read about once'].comparison, CURRENT)
    expect(dontCache).toBe(
      'no-cache meets the requirements, and the best cache, manual-invalidation, is not worth it: it saves ' +
        '3.0 % of the loads of no-cache: 0.970 [0.951–0.989] loads per read against 1. A cache should save 10 % of the loads, ' +
        "and either hits are 3 times faster than loads or the servers' CPU time is halved. " +
        'Its read p50 is 0.910 ms [0.892–0.928] against 0.900 ms [0.882–0.918] (no difference), ' +
        'its p99 9.10 ms [8.92–9.28] against 9 ms (no difference); 50 % of the operations write',
    )
    expect(pick?.snippet).toBeUndefined()
  })

  it('picks a cache that saves little if no cache is too slow', async () => {
    const { pick, dontCache } = await advise(
      caseOf(0.5, { 'no-cache': { loads: 1, p99: 50 }, 'write-through': { loads: 0.95, p99: 9 } }),
      { p99Ms: 20, mayLoseWrites: false },
    )
    expect([pick?.strategy, dontCache]).toEqual(['write-through', undefined])
  })

  it('says "no difference" for a saving within the noise', async () => {
    const noisy = { ...figuresAround({ loads: 0.8, p99: 9 }), loadsPerRead: [0.5, 0.6, 0.7, 0.8, 1.01] }
    const { dontCache } = await advise(
      described({
        strategies: { 'no-cache': figuresAround({ loads: 1, p99: 9 }), 'write-through': noisy },
      }),
      NOTHING_LOST,
    )
    expect(dontCache).toContain('30.0 % of the loads of no-cache (no difference)')
  })

  it('decides by medians if there are too few runs, and says so', async () => {
    const quick = described({
      runs: 2,
      strategies: {
        'manual-invalidation': { loadsPerRead: [0.1, 0.3], readP99Ms: 3 },
        'write-through': { loadsPerRead: [0.12, 0.2], readP99Ms: 3 },
      },
    })
    const { pick, notes } = await advise(quick, NOTHING_LOST)
    expect(pick?.strategy).toBe('write-through')
    expect(notes[0]).toBe(
      'decided by medians alone: fewer than 5 runs count for write-through, manual-invalidation. ' +
        'To claim a difference, compare again with --runs 5 or more',
    )
  })
})
