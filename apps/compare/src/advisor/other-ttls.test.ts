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
