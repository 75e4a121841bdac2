import { describe, expect, it } from 'vitest'
import { strategyNames } from '../../packages/strategies/src/strategy-names.ts'
import { timetable } from '../../packages/workload/src/index.ts'
import { hotKeyOptions } from './hot-key-options.ts'
import { parseRecording } from './recording.ts'
import { DRAIN_MS, LEAD_MS, loadScenario, turns } from './schedule.ts'
import { sideBySideOptions } from './side-by-side-options.ts'

const lengthMs = (env: Record<string, string>) => {
  const { strategies, warmupMs, durationMs } = sideBySideOptions(env, strategyNames)
  return turns(strategies, warmupMs, durationMs).at(-1)!.endsAtMs
}

describe('sideBySideOptions', () => {
  it('has defaults for everything', () => {
    expect(sideBySideOptions({}, strategyNames)).toEqual({
      baseUrls: ['http://127.0.0.1:3000'],
      adminToken: '',
      strategies: [...strategyNames],
      workload: 'blog',
      ratePerSecond: 200,
      durationMs: 12_000,
      warmupMs: 10_000,
      writeRatio: 0.005,
      listRatio: 0,
      pageRatio: 0.2,
      reportRatio: 0.005,
      insertRatio: 0,
      rmwRatio: 0,
      zipf: 0.99,
      ttlMs: 6000,
      originDelayMs: 25,
      seed: 1,
      posts: 150,
      vus: 100,
      acceptEncoding: 'gzip',
      popularity: 'zipf',
      crowd: null,
      trace: null,
    })
  })

  it('uses a preset, and variables override it', () => {
    expect(sideBySideOptions({ WORKLOAD: 'blog', TTL_MS: '700', PAGE_RATIO: '.3' }, strategyNames)).toMatchObject({
      workload: 'blog',
      writeRatio: 0.005,
      listRatio: 0,
      pageRatio: 0.3,
      ttlMs: 700,
      originDelayMs: 25,
    })
    expect(sideBySideOptions({ WORKLOAD: 'ycsb-c' }, strategyNames).originDelayMs).toBe(0)
  })

  it('has no warm-up for a cold start, and more virtual users for a crowd', () => {
    expect(sideBySideOptions({ WORKLOAD: 'cold-start', WARMUP: '5s' }, strategyNames).warmupMs).toBe(0)
    expect(sideBySideOptions({ WORKLOAD: 'flash-crowd' }, strategyNames).vus).toBe(200)
  })

  it('derives the load from a recording', () => {
    const text = JSON.stringify({
      operations: [
        ['read', 5],
        ['write', 7],
        ['read', 5],
      ],
      timesMs: [0, 900, 1500],
    })
    const recording = { file: '/a.json', ...parseRecording(text, '/a.json') }
    expect(sideBySideOptions({ WARMUP: '500ms', RATE: '7' }, strategyNames, recording)).toMatchObject({
      ratePerSecond: 1.5,
      warmupMs: 500,
      durationMs: 1500,
      posts: 7,
      writeRatio: 1 / 3,
      trace: { file: '/a.json', operations: 3 },
    })
    expect(() => sideBySideOptions({ WARMUP: '2s' }, strategyNames, recording)).toThrow(
      'WARMUP is "2000ms"; it must be shorter than the recording of TRACE, 2000ms',
    )
  })

  it('takes at most 25 s per strategy by default', () => {
    expect(lengthMs({})).toBeLessThanOrEqual(strategyNames.length * 25_000)
    expect(lengthMs({ STRATEGIES: 'cache-aside,write-through', DURATION: '5s' })).toBeLessThan(38_000)
  })

  it.each([
    [{ RATE: '0' }, 'RATE is "0"; it must be a whole number from 1 to 10000'],
    [{ DURATION: '5' }, 'DURATION is "5"; it must be a time with its unit (500ms, 15s, 1m) from 1000ms to 3600s'],
    [{ WRITE_RATIO: '2' }, 'WRITE_RATIO is "2"; it must be a number from 0 to 1'],
    [
      { WRITE_RATIO: '0.75', LIST_RATIO: '0.5' },
      'WRITE_RATIO + LIST_RATIO + PAGE_RATIO + REPORT_RATIO + INSERT_RATIO + RMW_RATIO is 1.455; together they must be at most 1',
    ],
    [{ ZIPF: '-1' }, 'ZIPF is "-1"; it must be a number from 0 to 10'],
    [{ ORIGIN_DELAY_MS: 'slow' }, 'ORIGIN_DELAY_MS is "slow"; it must be a whole number from 0 to 5000'],
    [
      { WORKLOAD: 'ycsb-e' },
      'WORKLOAD is "ycsb-e"; it must be one of ycsb-a, ycsb-b, ycsb-c, ycsb-d, ycsb-f, twitter-hot',
    ],
    [{ ACCEPT_ENCODING: 'br' }, 'ACCEPT_ENCODING is "br"; it must be one of gzip, identity'],
  ])('refuses %o', (env, message) => {
    expect(() => sideBySideOptions(env, strategyNames)).toThrow(message)
  })
})

describe('turns', () => {
  it('follow each other, with time to drain in between', () => {
    const [first, second] = turns(['a', 'b'], 5000, 15_000)
    expect(first).toEqual({ strategy: 'a', warmupAtMs: 0, measuredAtMs: 5000, endsAtMs: 20_000 + DRAIN_MS })
    expect(second!.warmupAtMs).toBe(first!.endsAtMs)
  })
})

describe('loadScenario', () => {
  /** When k6 1.8 starts its iterations, by its own arithmetic for stages: when the rates add up to 1, 2, … */
  function beginsOf({ startRate, stages }: ReturnType<typeof loadScenario>): number[] {
    const begins: number[] = []
    let [from, startNs, doneSoFar, i] = [startRate / 1e12, 0, 0, 1]
    for (const stage of stages) {
      const to = stage.target / 1e12
      const ns = stage.duration.endsWith('ms') ? Number.parseFloat(stage.duration) * 1e6 : 0
      let endCount = doneSoFar + ns * ((to - from) / 2 + from)
      if (from === to) endCount = doneSoFar + ns * to
      for (; i <= endCount; i++) begins.push((startNs + (i - doneSoFar) / to) / 1e6)
      doneSoFar = endCount
      from = to
      startNs += ns
    }
    return begins
  }

  it('starts exactly the operations of a plan, at its times', () => {
    const rates = Array.from({ length: 600 }, (_, second) => (second % 7 === 3 ? 0 : (second * 37) % 301))
    const stages = rates.map((ratePerSecond) => ({ ratePerSecond, durationMs: 1_000 }))
    const [turn] = turns(['a'], 0, 600_000)
    const begins = beginsOf(loadScenario(turn!, { stages, vus: 1, exec: 'x' }))
    const { operations, timeAtMs } = timetable(stages)
    expect(begins).toHaveLength(operations)
    begins.forEach((begin, n) => {
      expect(Math.abs(begin - LEAD_MS - timeAtMs(n))).toBeLessThan(0.001)
    })
  })
})

describe('hotKeyOptions', () => {
  it('has enough virtual users for all concurrent waiting reads', () => {
    expect(hotKeyOptions({}, strategyNames)).toMatchObject({
      ratePerSecond: 300,
      ttlMs: 1000,
      originDelayMs: 100,
      vus: 80,
    })
  })

  it('refuses loads that would last into the next expiry', () => {
    expect(() => hotKeyOptions({ TTL_MS: '200', ORIGIN_DELAY_MS: '101' }, strategyNames)).toThrow(
      'ORIGIN_DELAY_MS is "101"; it must be at most half of TTL_MS, 100',
    )
  })
})
