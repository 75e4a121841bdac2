import { describe, expect, it } from 'vitest'
import { CURRENT, cases, NOTHING_LOST, sweep } from '../../test/advised-loads.ts'
import { caseOf, described, figuresAround } from '../../test/advisor-cases.ts'
import { advise } from './advise.ts'

describe('advise', () => {
  const { comparison } = cases['strict freshness']

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

  it.each([
    [{ maxStalenessMs: 20_000 }, 'cache-aside'],
    [{ maxStalenessMs: 0, maxAgeMs: 20_000 }, 'manual-invalidation'],
  ])('says if the other TTL is only the best that %j allows', async (limit, strategy) => {
    const ttlSweep = async () => [
      ...(await sweep()),
      { ttlMs: 10_000, hitRatio: 0.97, loadsPerRead: 0.03, loadsPerSecond: 8 },
      { ttlMs: 20_000, hitRatio: 0.971, loadsPerRead: 0.029, loadsPerSecond: 8 },
    ]
    const { pick } = await advise(comparison, { ...limit, mayLoseWrites: false }, { ttlSweep })
    expect(pick?.strategy).toBe(strategy)
    expect(pick?.otherTtl).toContain('10 s, the shortest within a point of the best that the requirements allow: ')
  })

  it('says if the other TTL is the longest tried', async () => {
    const { pick } = await advise(comparison, NOTHING_LOST, { ttlSweep: async () => (await sweep()).slice(0, 3) })
    expect(pick?.otherTtl).toContain('60 s, the longest that was tried: ')
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
    expect(pick?.figures.at(-1)).toBe('read p99 4.00 ms, that of all reads in the measurement at TTL 5 s')
    expect(pick?.snippet).toContain('read: cacheAside({ ttlMs: 300_000 })')
    expect(pick?.confirmBy).toContain('--ttl 300s --strategies no-cache,manual-invalidation')
  })

  it('picks a shorter TTL to bound staleness if only expiry was measured', async () => {
    const expiry = caseOf(0.05, { 'cache-aside': { loads: 0.05, p99: 3, stale: 4_900 } })
    const { pick } = await advise(expiry, { maxStalenessMs: 1_000, mayLoseWrites: false }, { ttlSweep: sweep })
    expect(pick).toMatchObject({ strategy: 'cache-aside', ttlMs: 500, guarantee: { staleForAtMostMs: 500 } })
  })

  describe('if nearly all reads hit at the measured TTL', () => {
    const hits = { ...figuresAround({ loads: 0.005, p99: 2, stale: 4_900 }), hitP99Ms: 2, missP99Ms: 28 }
    const strategies = { 'no-cache': figuresAround({ loads: 1, p99: 30 }), 'cache-aside': hits }
    const atAMinute = described({ strategies, workload: { ttlMs: 60_000 } })
    const ttlSweep = async () => [
      { ttlMs: 500, hitRatio: 0.95, loadsPerRead: 0.05, loadsPerSecond: 10 },
      { ttlMs: 60_000, hitRatio: 0.995, loadsPerRead: 0.005, loadsPerSecond: 1 },
    ]
    const within = (p99Ms: number) => ({ maxStalenessMs: 1_000, p99Ms, mayLoseWrites: false })

    it('predicts the p99 of a miss for a TTL with more than 1 % of misses', async () => {
      const { pick } = await advise(atAMinute, within(29), { ttlSweep })
      expect(pick).toMatchObject({ basis: 'predicted', strategy: 'cache-aside', ttlMs: 500 })
      expect(pick?.figures.at(-1)).toBe('read p99 28.0 ms, that of a miss in the measurement at TTL 60 s')
      expect((await advise(atAMinute, within(5), { ttlSweep })).pick).toBeUndefined()
    })

    it('predicts no p99 for it if there was no miss', async () => {
      const noMiss = described({
        strategies: { 'cache-aside': { ...hits, missP99Ms: null } },
        workload: { ttlMs: 60_000 },
      })
      expect((await advise(noMiss, within(29), { ttlSweep })).pick).toBeUndefined()
    })

    it('suggests no shorter TTL that exceeds --p99', async () => {
      const nearly = async () => [
        { ttlMs: 30_000, hitRatio: 0.986, loadsPerRead: 0.014, loadsPerSecond: 3 },
        { ttlMs: 60_000, hitRatio: 0.995, loadsPerRead: 0.005, loadsPerSecond: 1 },
      ]
      const { pick } = await advise(
        described({ strategies: { 'cache-aside': hits }, workload: { ttlMs: 60_000 } }),
        { p99Ms: 5, mayLoseWrites: false },
        { ttlSweep: nearly },
      )
      expect(pick).toMatchObject({ basis: 'measured', ttlMs: 60_000 })
      expect(pick).not.toHaveProperty('otherTtl')
    })
  })

  it('adds measured loads that the simulation leaves out', async () => {
    // The measurement has 20 loads/s. The simulation leaves out lists and predicts 10/s, so 10/s are added at any TTL.
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
