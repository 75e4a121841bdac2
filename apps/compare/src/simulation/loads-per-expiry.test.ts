/** A short form of docs/runs/loads-per-expiry.json; `test/loads-per-expiry.slow.test.ts` runs all of it. */
import { describe, expect, it } from 'vitest'
import { lateExpiries } from '../theory/loads-per-expiry.ts'
import { expiryCases, isWithinTolerance, setting, simulateCase, TOLERANCE } from './expiry-cases.ts'
import { loadsPerExpiry } from './loads-per-expiry.ts'

/** Enough expiries that the random error of the mean stays below the tolerance. */
const WITH_CHANCE = 150
const WITHOUT_CHANCE = 10

const ofXFetch = expiryCases.filter(({ strategy, lease }) => strategy === 'xfetch' && !lease)
const others = expiryCases.filter((expiryCase) => !ofXFetch.includes(expiryCase))

describe('loads per expiry', () => {
  it.each(ofXFetch)('of xfetch without a lease are e^(1/beta), beta $beta', async (expiryCase) => {
    const row = await simulateCase(expiryCase, WITH_CHANCE)
    expect(isWithinTolerance(row), JSON.stringify(row)).toBe(true)
    expect(row.simulated.waitedPerExpiry).toBe(0)
  })

  it('are 1 + λδ without a lease, and one with it', async () => {
    for (const expiryCase of others) {
      const row = await simulateCase(expiryCase, WITHOUT_CHANCE)
      expect(isWithinTolerance(row), JSON.stringify(row)).toBe(true)
    }
  })

  it('are rejected if they differ by more than the tolerance', async () => {
    const row = await simulateCase(others[0]!, WITHOUT_CHANCE)
    expect(isWithinTolerance({ ...row, theory: row.theory * (1 + 2 * TOLERANCE) })).toBe(false)
  })
})

describe('for a rarely read key', () => {
  const times = { loadMs: 100, ttlMs: 5_000, expiries: 4_000, seed: 1 }

  it.each([
    { strategy: 'xfetch', readsPerSecond: 10, windowMs: times.loadMs },
    { strategy: 'refresh-ahead', readsPerSecond: 1, windowMs: times.ttlMs / 5 },
  ] as const)('$strategy loads late at the expiries without an early read', async (which) => {
    const { lateShare } = await loadsPerExpiry({ ...times, ...which })
    expect(Math.abs(lateShare - lateExpiries(which.readsPerSecond, which.windowMs))).toBeLessThan(0.03)
  })
})

describe('the skipped reads', () => {
  it.each([
    { strategy: 'xfetch', lease: false },
    { strategy: 'refresh-ahead' },
    { strategy: 'cache-aside', lease: false },
  ] as const)('change nothing: $strategy', async (which) => {
    const options = { ...setting, ttlMs: 1_000, expiries: 5, ...which }
    expect(await loadsPerExpiry({ ...options, playAll: true })).toEqual(await loadsPerExpiry(options))
  })
})
