import { describe, expect, it } from 'vitest'
import { caseOf, described, figuresAround } from '../../test/advisor-cases.ts'
import type { Comparison } from '../comparison.ts'
import { adviceInWords } from './advice-in-words.ts'
import { advise } from './advise.ts'
import type { Requirements } from './requirements.ts'

const NOTHING_LOST: Requirements = { mayLoseWrites: false }
const CURRENT: Requirements = { maxStalenessMs: 0, mayLoseWrites: false }

/** The load, what is required of it, and what should be recommended. */
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
      'manual-invalidation': { loads: 0.21, p99: 61 },
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

function withoutTurnsOf(comparison: Comparison, strategy: string): Comparison {
  return { ...comparison, turns: comparison.turns.filter((turn) => turn.strategy !== strategy) }
}

describe.each(Object.entries(cases))('the advice for %s', (_, { comparison, requirements, pick, runnerUp }) => {
  it('names who wins and who comes next', async () => {
    const advice = await advise(comparison, requirements)
    expect([advice.pick?.strategy, advice.runnerUp?.strategy]).toEqual([pick, runnerUp])
  })

  it("names the runner-up when the winner's turns are gone", async () => {
    const advice = await advise(withoutTurnsOf(comparison, pick), requirements)
    expect(advice.pick?.strategy).toBe(runnerUp)
  })

  it('explains everybody else by a figure', async () => {
    const { runnerUp, others, ruledOut } = await advise(comparison, requirements)
    const told = [runnerUp!, ...others, ...ruledOut.map(({ strategy, reason }) => ({ strategy, why: reason }))]
    const names = comparison.strategies.map(({ name }) => name).filter((name) => name !== pick)
    expect(told.map(({ strategy }) => strategy).toSorted()).toEqual(names.toSorted())
    for (const { strategy, why } of told) {
      if (!strategy.startsWith('naive-')) expect(why, strategy).toMatch(/\d/)
    }
  })
})

describe('advise', () => {
  const { comparison } = cases['strict freshness']

  it('rules out by the promise, whatever was measured', async () => {
    const lucky = caseOf(0.05, { 'cache-aside': { loads: 0.05, p99: 3 }, 'write-through': { loads: 0.1, p99: 3 } })
    const { ruledOut } = await advise(lucky, { maxStalenessMs: 1_000, mayLoseWrites: false })
    expect(ruledOut).toEqual([
      {
        strategy: 'cache-aside',
        reason:
          'by its promise a value may be stale for 5 s, its TTL, and 1 s (--max-staleness) is allowed; ' +
          'compare again with a TTL no longer than that',
      },
    ])
  })

  it('takes expiry alone where its TTL is short enough', async () => {
    const { pick } = await advise(comparison, { maxStalenessMs: 5_000, mayLoseWrites: false })
    expect(pick?.strategy).toBe('cache-aside')
  })

  it('rules out by what was measured, whatever is promised', async () => {
    const unlucky = caseOf(0.05, { 'stampede-lock': { loads: 0.05, p99: 3, stale: 12 } })
    const { pick, ruledOut } = await advise(unlucky, CURRENT)
    expect(pick).toBeUndefined()
    expect(ruledOut[0]?.reason).toBe('its stalest read in a run: 12 ms, and 0 ms (--max-staleness) is allowed')
  })

  it('rules out a naive form even where nothing limits staleness', async () => {
    const { ruledOut } = await advise(comparison, NOTHING_LOST)
    expect(ruledOut.map(({ strategy }) => strategy)).toEqual(['naive-invalidation'])
  })

  it('rules out who broke a promise', async () => {
    const strategies = { 'write-through': figuresAround({ loads: 0.1, p99: 3 }) }
    const violations = { counts: { 'read-after-write': 2 }, schedule: [] }
    const { pick, ruledOut } = await advise(
      described({ strategies, turn: { 'write-through': { violations } } }),
      NOTHING_LOST,
    )
    expect(pick).toBeUndefined()
    expect(ruledOut[0]?.reason).toBe('it broke its promise (seen here: 10 × read-after-write)')
  })

  it('names a library that wins, and has no snippet for it', async () => {
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
    expect(ruledOut[0]?.reason).toBe('none of its turns counts (0 of 5): 12 iterations were dropped')
  })

  it('counts the median where the runs lie on both sides of a limit, and says so', async () => {
    const figures = { ...figuresAround({ loads: 0.1, p99: 3 }), readP99Ms: [18, 19, 20, 21, 30] }
    const one = described({ strategies: { 'write-through': figures } })
    const met = await advise(one, { p99Ms: 20, mayLoseWrites: false })
    expect(met.pick?.strategy).toBe('write-through')
    expect(met.notes).toContain('the read p99 of write-through is 20 ms [18–30]: not every run stays within --p99')
    const missed = await advise(one, { p99Ms: 19, mayLoseWrites: false })
    expect(missed.ruledOut[0]?.reason).toBe(
      'its read p99 is 20 ms [18–30], and 19 ms (--p99) is allowed; its runs lie on both sides of that, the median counts',
    )
  })

  it('does not take a figure that is not known for one that is low', async () => {
    const figures = { ...figuresAround({ loads: 0.1, p99: 3 }), loadsPerSecond: null }
    const { ruledOut } = await advise(described({ strategies: { 'write-through': figures } }), {
      maxLoadsPerSecond: 50,
      mayLoseWrites: false,
    })
    expect(ruledOut[0]?.reason).toBe('its database load is not known, and 50/s (--max-db-load) is allowed')
  })

  it('says with figures why nothing should be cached', async () => {
    const { dontCache, pick } = await advise(cases['read about once'].comparison, CURRENT)
    expect(dontCache).toBe(
      'no-cache meets the requirements, and the best cache, manual-invalidation, does not pay: it spares the database ' +
        '3.0 % of the loads of no-cache: 0.970 [0.951–0.989] loads per read against 1. A cache should spare 10 %. ' +
        'Its read p50 is 0.910 ms [0.892–0.928] against 0.900 ms [0.882–0.918] (no difference), ' +
        'its p99 9.10 ms [8.92–9.28] against 9 ms (no difference); 50 % of the operations write',
    )
    expect(pick?.snippet).toBeUndefined()
  })

  it('takes a cache that spares little where no cache is too slow', async () => {
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
    expect(dontCache).toContain('30.0 % of the loads of no-cache, which is no difference')
  })

  it('goes by medians where there are too few runs, and says so', async () => {
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
      'rests on medians alone, without a claim that they differ: fewer than 5 runs count of ' +
        'write-through, manual-invalidation. Compare again with --runs 5 or more',
    )
  })

  it('recommends the TTL of the sweep, within what staleness allows', async () => {
    const sweep = async () => [
      { ttlMs: 500, hitRatio: 0.7, loadsPerSecond: 60 },
      { ttlMs: 2_000, hitRatio: 0.9, loadsPerSecond: 20 },
      { ttlMs: 4_000, hitRatio: 0.905, loadsPerSecond: 19 },
      { ttlMs: 60_000, hitRatio: 0.99, loadsPerSecond: 2 },
    ]
    const { pick } = await advise(comparison, { maxStalenessMs: 5_000, mayLoseWrites: false }, { ttlSweep: sweep })
    expect([pick?.strategy, pick?.ttl?.ttlMs]).toEqual(['cache-aside', 2_000])
    expect(pick?.snippet).toContain('read: cacheAside({ ttlMs: 2_000 })')
  })

  it('recommends the TTL that was measured where there is no sweep, or none that fits', async () => {
    const none = async () => [{ ttlMs: 500, hitRatio: 0.7, loadsPerSecond: 60 }]
    const [plain, unfit] = await Promise.all([
      advise(comparison, CURRENT),
      advise(comparison, { ...CURRENT, maxLoadsPerSecond: 50 }, { ttlSweep: none }),
    ])
    expect([plain.pick?.ttl?.ttlMs, unfit.pick?.ttl?.ttlMs]).toEqual([5_000, 5_000])
    expect(unfit.pick?.ttl?.why).toContain('none stays within the limits')
  })
})

describe('adviceInWords', () => {
  it('tells what to use, why, and what to mind', async () => {
    const { comparison, requirements } = cases['flash crowd']
    expect(adviceInWords(await advise(comparison, requirements)).join('\n')).toMatchInlineSnapshot(`
      "Required: stale for 1 s at most, read p99 within 100 ms, at most 50 loads per second, no acknowledged write may be lost

      Recommended: stampede-lock (The strategy stampede-lock)
        0.100 [0.098–0.102] loads per read, 20/s
        read p50 2 ms, p99 20 ms
        hit ratio 90.0 % [88.2–91.8]
        stale: 0 of the probe's reads, none by its promise
        TTL 5 s: as measured; no other was tried

      Runner-up:
        - write-through: loads per read 0.190 [0.186–0.194] against 0.100 [0.098–0.102] of stampede-lock (higher)

      Met the requirements too:
        - manual-invalidation: loads per read 0.210 [0.206–0.214] against 0.100 [0.098–0.102] of stampede-lock (higher)

      Ruled out:
        - no-cache: its read p99 is 900 ms [882–918], and 100 ms (--p99) is allowed; its database load is 200/s [196–204], and 50/s (--max-db-load) is allowed
        - cache-aside: by its promise a value may be stale for 5 s, its TTL, and 1 s (--max-staleness) is allowed; compare again with a TTL no longer than that

      Mind:
        - database load was measured at 200 operations per second, 5 % of them writes; at another rate it is another

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

  it('says so when nothing meets the requirements', async () => {
    const lines = adviceInWords(await advise(cases['half writes'].comparison, { p99Ms: 1, mayLoseWrites: false }))
    expect(lines).toContain('Nothing that was measured meets the requirements.')
  })
})
