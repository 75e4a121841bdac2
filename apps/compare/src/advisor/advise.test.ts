import { describe, expect, it } from 'vitest'
import { caseOf, described, figuresAround } from '../../test/advisor-cases.ts'
import type { Comparison } from '../comparison.ts'
import { adviceInWords } from './advice-in-words.ts'
import { advise } from './advise.ts'
import type { Requirements } from './requirements.ts'

const NOTHING_LOST: Requirements = { mayLoseWrites: false }
const CURRENT: Requirements = { maxStalenessMs: 0, mayLoseWrites: false }

/** Loads with their requirements and the expected recommendation. */
const cases = {
  'read-only hot': {
    comparison: caseOf(0, {
      'no-cache': { loads: 1, p99: 8 },
      'cache-aside': { loads: 0.05, p99: 3 },
      'manual-invalidation': { loads: 0.0501, p99: 3.01 },
      'write-through': { loads: 0.0499, p99: 2.99 },
      'stampede-lock': { loads: 0.0498, p99: 3.02 },
      'naive-invalidation': { loads: 0.04, p99: 2 },
    }),
    requirements: NOTHING_LOST,
    pick: 'cache-aside',
    runnerUp: 'manual-invalidation',
  },
  'half writes': {
    comparison: caseOf(0.5, {
      'no-cache': { loads: 1, p99: 9 },
      'cache-aside': { loads: 0.2, p99: 5, stale: 4_900 },
      'manual-invalidation': { loads: 0.6, p99: 8 },
      'write-through': { loads: 0.25, p99: 5 },
      'stampede-lock': { loads: 0.58, p99: 8 },
      'naive-invalidation': { loads: 0.55, p99: 7, stale: 3_000 },
    }),
    requirements: CURRENT,
    pick: 'write-through',
    runnerUp: 'manual-invalidation',
  },
  'flash crowd': {
    comparison: caseOf(0.05, {
      'no-cache': { loads: 1, p99: 900 },
      'cache-aside': { loads: 0.2, p99: 60, stale: 4_000 },
      'manual-invalidation': { loads: 0.25, p99: 61 },
      'write-through': { loads: 0.19, p99: 55 },
      'stampede-lock': { loads: 0.1, p99: 20 },
    }),
    requirements: { maxStalenessMs: 1_000, p99Ms: 100, maxLoadsPerSecond: 50, mayLoseWrites: false },
    pick: 'stampede-lock',
    runnerUp: 'write-through',
  },
  'strict freshness': {
    comparison: caseOf(0.05, {
      'no-cache': { loads: 1, p99: 8 },
      'cache-aside': { loads: 0.05, p99: 3, stale: 4_950 },
      'manual-invalidation': { loads: 0.1, p99: 4 },
      'write-through': { loads: 0.1, p99: 4 },
      'stampede-lock': { loads: 0.1, p99: 4 },
      'naive-invalidation': { loads: 0.09, p99: 3, stale: 2_500 },
      'peer:bentocache': { loads: 0.06, p99: 2, stale: 4_100 },
    }),
    requirements: CURRENT,
    pick: 'manual-invalidation',
    runnerUp: 'write-through',
  },
  'tolerant of loss': {
    comparison: caseOf(0.5, {
      'no-cache': { loads: 1, p99: 9 },
      'manual-invalidation': { loads: 0.6, p99: 8 },
      'write-through': { loads: 0.25, p99: 5 },
      'write-behind': { loads: 0.15, p99: 3 },
    }),
    requirements: { maxStalenessMs: 0, mayLoseWrites: true },
    pick: 'write-behind',
    runnerUp: 'write-through',
  },
  'read about once': {
    comparison: caseOf(0.5, {
      'no-cache': { loads: 1, p99: 9 },
      'manual-invalidation': { loads: 0.97, p99: 9.1 },
      'write-through': { loads: 0.95, p99: 9 },
    }),
    requirements: CURRENT,
    pick: 'no-cache',
    runnerUp: 'manual-invalidation',
  },
} satisfies Record<string, { comparison: Comparison; requirements: Requirements; pick: string; runnerUp: string }>

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

  it('calls a saving in the noise no difference', async () => {
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

  const sweep = async () => [
    { ttlMs: 500, hitRatio: 0.7, loadsPerRead: 0.3, loadsPerSecond: 60 },
    { ttlMs: 5_000, hitRatio: 0.95, loadsPerRead: 0.05, loadsPerSecond: 10 },
    { ttlMs: 60_000, hitRatio: 0.985, loadsPerRead: 0.015, loadsPerSecond: 4 },
    { ttlMs: 300_000, hitRatio: 0.99, loadsPerRead: 0.01, loadsPerSecond: 2 },
  ]

  it('prints code with the measured TTL, and calls another TTL a prediction', async () => {
    const { pick } = await advise(comparison, NOTHING_LOST, { ttlSweep: sweep })
    expect(pick).toMatchObject({
      strategy: 'cache-aside',
      basis: 'measured',
      guarantee: { readAfterWrite: false, staleForAtMostMs: 5_000 },
      otherTtl:
        '60 s, the shortest within a point of the best hit ratio and of the fewest loads per read: 98.5 % hits and 4.0 loads per second; ' +
        'a value may then be 60 s old',
    })
    expect(pick?.snippet).toContain('read: cacheAside({ ttlMs: 5_000 })')
    expect(pick?.confirmBy).toContain('--ttl 60s --strategies no-cache,cache-aside')
  })

  it('says if the other TTL is only the longest allowed or the longest tried', async () => {
    const [capped, end] = await Promise.all([
      advise(
        comparison,
        { maxStalenessMs: 10_000, mayLoseWrites: false },
        {
          ttlSweep: async () => [
            ...(await sweep()),
            { ttlMs: 10_000, hitRatio: 0.97, loadsPerRead: 0.03, loadsPerSecond: 8 },
          ],
        },
      ),
      advise(comparison, NOTHING_LOST, { ttlSweep: async () => (await sweep()).slice(0, 3) }),
    ])
    expect(capped.pick?.otherTtl).toContain('10 s, the longest that --max-staleness allows: ')
    expect(end.pick?.otherTtl).toContain('60 s, the longest that was tried: ')
  })

  it('names no other TTL if the measured one is as good, or none was tried', async () => {
    const asGood = async () => [
      { ttlMs: 1_000, hitRatio: 0.7, loadsPerRead: 0.3, loadsPerSecond: 60 },
      { ttlMs: 5_000, hitRatio: 0.95, loadsPerRead: 0.05, loadsPerSecond: 10 },
      { ttlMs: 60_000, hitRatio: 0.951, loadsPerRead: 0.049, loadsPerSecond: 10 },
    ]
    for (const options of [{ ttlSweep: asGood }, {}]) {
      const { pick } = await advise(comparison, NOTHING_LOST, options)
      expect([pick?.ttlMs, pick?.otherTtl]).toEqual([5_000, undefined])
    }
  })

  it('tries other TTLs if no measured strategy meets the requirements', async () => {
    const tight = { maxStalenessMs: 1_000, maxLoadsPerSecond: 12, mayLoseWrites: false }
    const { pick } = await advise(comparison, tight, { ttlSweep: sweep })
    expect(pick).toMatchObject({
      strategy: 'manual-invalidation',
      basis: 'predicted',
      ttlMs: 300_000,
      guarantee: { readAfterWrite: true, staleForAtMostMs: 300_000 },
    })
    expect(pick?.snippet).toContain('read: cacheAside({ ttlMs: 300_000 })')
    expect(pick?.confirmBy).toContain('--ttl 300s --strategies no-cache,manual-invalidation')
  })

  it('picks a shorter TTL to bound staleness if only expiry was measured', async () => {
    const expiry = caseOf(0.05, { 'cache-aside': { loads: 0.05, p99: 3, stale: 4_900 } })
    const { pick } = await advise(expiry, { maxStalenessMs: 1_000, mayLoseWrites: false }, { ttlSweep: sweep })
    expect(pick).toMatchObject({ strategy: 'cache-aside', ttlMs: 500, guarantee: { staleForAtMostMs: 500 } })
  })

  it('adds measured loads that the simulation leaves out', async () => {
    // 20/s were measured, but the simulation, without lists, predicts 10/s: 10/s more at any TTL.
    const { pick, cannotBeMet } = await advise(
      comparison,
      { maxStalenessMs: 0, maxLoadsPerSecond: 11, mayLoseWrites: false },
      { ttlSweep: sweep },
    )
    expect(pick).toBeUndefined()
    expect(cannotBeMet).toEqual([
      'each requirement can be met alone, but not all together at any TTL tried (500 ms to 300 s)',
    ])
  })

  it('says which requirement no TTL meets, and names the closest', async () => {
    const { cannotBeMet } = await advise(
      comparison,
      { p99Ms: 1, maxLoadsPerSecond: 1, mayLoseWrites: false },
      { ttlSweep: sweep },
    )
    expect(cannotBeMet).toEqual([
      '--p99 1 ms cannot be met at any TTL tried (500 ms to 300 s); the most hits predicted are 99.0 % (cache-aside, TTL 300 s), ' +
        'and if more than 1 % of the reads miss, the p99 is that of a miss',
      '--max-db-load 1/s cannot be met at any TTL tried (500 ms to 300 s); the fewest predicted are 2.0/s (cache-aside, TTL 300 s)',
    ])
  })

  it('says that a longer TTL may be worth it if no cache is at the measured one', async () => {
    const { pick, notes } = await advise(cases['read about once'].comparison, CURRENT, {
      ttlSweep: async () => [
        { ttlMs: 5_000, hitRatio: 0.03, loadsPerRead: 0.97, loadsPerSecond: 194 },
        { ttlMs: 60_000, hitRatio: 0.6, loadsPerRead: 0.4, loadsPerSecond: 80 },
      ],
    })
    expect(pick?.strategy).toBe('no-cache')
    expect(notes.at(-1)).toContain('with TTL 60 s, write-through is predicted to be worth it: ')
  })

  it('suggests no longer TTL if loads cost about as much as hits', async () => {
    const cheap = (loads: number, p50: number) => ({
      ...figuresAround({ loads, p99: 9 }),
      readP50Ms: p50,
      hitP50Ms: p50,
    })
    const strategies = { 'no-cache': { ...cheap(1, 1.8), hitP50Ms: null }, 'write-through': cheap(0.1, 1.2) }
    const { pick, notes } = await advise(described({ strategies, workload: { ttlMs: 5_000 } }), CURRENT, {
      ttlSweep: async () => [
        { ttlMs: 5_000, hitRatio: 0.9, loadsPerRead: 0.1, loadsPerSecond: 20 },
        { ttlMs: 60_000, hitRatio: 0.98, loadsPerRead: 0.02, loadsPerSecond: 4 },
      ],
    })
    expect(pick?.strategy).toBe('no-cache')
    expect(notes.join()).not.toContain('predicted to be worth it')
  })
})

describe('adviceInWords', () => {
  it('says what to use, why, and with which limits', async () => {
    const { comparison, requirements } = cases['flash crowd']
    expect(adviceInWords(await advise(comparison, requirements)).join('\n')).toMatchInlineSnapshot(`
      "Required: a value at most 1 s old, read p99 within 100 ms, at most 50 loads per second, no acknowledged write may be lost

      Recommended: stampede-lock (The strategy stampede-lock)
        TTL 5 s, as measured
        guarantee: after an acknowledged write no read is stale; after an out-of-band change a value may be 5 s old (the TTL)
        0.100 [0.098–0.102] loads per read, 20/s
        reads that waited for a load: 20/s
        read p50 2 ms, p99 20 ms
        hit ratio 90.0 % [88.2–91.8]
        stale reads seen: 0 of the probe reads

      Runner-up:
        - write-through: loads per read 0.190 [0.186–0.194] against 0.100 [0.098–0.102] for stampede-lock (higher)

      Also meet the requirements:
        - manual-invalidation: loads per read 0.250 [0.245–0.255] against 0.100 [0.098–0.102] for stampede-lock (higher)

      Ruled out as measured:
        - no-cache: its read p99 is 900 ms [882–918], above the limit of 100 ms (--p99); its database load is 200/s [196–204], above the limit of 50/s (--max-db-load)
        - cache-aside: it allows values up to 5 s old, above the limit of 1 s (--max-staleness)

      Notes:
        - database load was measured at 200 requests per second, 5 % of them writes; it changes with the rate

      To use it:

        import { createCache, invalidate, stampedeLock } from 'cache-core'
        import { redisOptions, redisStore } from 'cache-core/redis'
        import { Redis } from 'ioredis'

        const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', redisOptions)
        export const cache = createCache({
          store: redisStore({ client, prefix: 'posts:' }),
          read: stampedeLock({ ttlMs: 5_000 }),
          write: invalidate(),
        })"
    `)
  })

  it('says if no strategy meets the requirements', async () => {
    const lines = adviceInWords(await advise(cases['half writes'].comparison, { p99Ms: 1, mayLoseWrites: false }))
    expect(lines).toContain('No measured strategy meets the requirements.')
  })
})
