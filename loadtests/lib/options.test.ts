import { describe, expect, it } from 'vitest'
import { strategyNames } from '../../packages/strategies/src/strategy-names.ts'
import { hotKeyOptions } from './hot-key-options.ts'
import { DRAIN_MS, turns } from './schedule.ts'
import { sideBySideOptions } from './side-by-side-options.ts'

const lengthMs = (env: Record<string, string>) => {
  const { strategies, warmupMs, durationMs } = sideBySideOptions(env, strategyNames)
  return turns(strategies, warmupMs, durationMs).at(-1)!.endsAtMs
}

describe('sideBySideOptions', () => {
  it('has defaults for everything', () => {
    expect(sideBySideOptions({}, strategyNames)).toEqual({
      baseUrl: 'http://127.0.0.1:3000',
      adminToken: '',
      strategies: [...strategyNames],
      ratePerSecond: 200,
      durationMs: 15_000,
      warmupMs: 5000,
      writeRatio: 0.05,
      listRatio: 0.005,
      zipf: 0.99,
      ttlMs: 5000,
      originDelayMs: null,
      seed: 1,
      posts: 10_000,
      vus: 100,
      acceptEncoding: 'gzip',
    })
  })

  it('takes under 5 minutes by default, and under 40 s for two strategies of 5 s', () => {
    expect(lengthMs({})).toBeLessThan(5 * 60_000 - 30_000)
    expect(lengthMs({ STRATEGIES: 'cache-aside,write-through', DURATION: '5s' })).toBeLessThan(35_000)
  })

  it.each([
    [{ RATE: '0' }, 'RATE is "0"; allowed is a whole number from 1 to 10000'],
    [{ DURATION: '5' }, 'DURATION is "5"; allowed is a time with its unit (500ms, 15s, 1m) from 1000ms to 3600s'],
    [{ WRITE_RATIO: '2' }, 'WRITE_RATIO is "2"; allowed is a number from 0 to 1'],
    [{ WRITE_RATIO: '0.75', LIST_RATIO: '0.5' }, 'WRITE_RATIO + LIST_RATIO is 1.25; allowed is at most 1 together'],
    [{ ZIPF: '-1' }, 'ZIPF is "-1"; allowed is a number from 0 to 10'],
    [{ ORIGIN_DELAY_MS: 'slow' }, 'ORIGIN_DELAY_MS is "slow"; allowed is a whole number from 0 to 5000'],
    [{ ACCEPT_ENCODING: 'br' }, 'ACCEPT_ENCODING is "br"; allowed is gzip or identity'],
  ])('refuses %o', (env, message) => {
    expect(() => sideBySideOptions(env, strategyNames)).toThrow(message)
  })
})

describe('turns', () => {
  it('follow each other with time to finish in between', () => {
    const [first, second] = turns(['a', 'b'], 5000, 15_000)
    expect(first).toEqual({ strategy: 'a', warmupAtMs: 0, measuredAtMs: 5000, endsAtMs: 20_000 + DRAIN_MS })
    expect(second!.warmupAtMs).toBe(first!.endsAtMs)
  })
})

describe('hotKeyOptions', () => {
  it('reads with enough users for all who wait at once', () => {
    expect(hotKeyOptions({}, strategyNames)).toMatchObject({
      ratePerSecond: 300,
      ttlMs: 1000,
      originDelayMs: 100,
      vus: 80,
    })
  })

  it('refuses loads that would run from one expiry into the next', () => {
    expect(() => hotKeyOptions({ TTL_MS: '200', ORIGIN_DELAY_MS: '101' }, strategyNames)).toThrow(
      'ORIGIN_DELAY_MS is "101"; allowed is at most half of TTL_MS, 100',
    )
  })
})
