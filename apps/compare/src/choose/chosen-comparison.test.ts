import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strategyNames } from 'strategies'
import { describe, expect, it } from 'vitest'
import { DRAIN_MS } from '../../../../loadtests/lib/schedule.ts'
import { AROUND_A_TURN_MS } from '../compare-command.ts'
import { comparisonConfig } from '../comparison.ts'
import { chosenComparison } from './chosen-comparison.ts'

describe('chosenComparison', () => {
  it('compares all strategies in five runs, for two TTLs after one of warm-up', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-b' })
    expect(config).toMatchObject({ strategies: strategyNames, runs: 5, seed: 1, warmupMs: 5_000, measuredMs: 10_000 })
    expect(comparisonConfig.parse(config)).toEqual(config)
  })

  it('has a short form, of all strategies too', async () => {
    const { config } = await chosenComparison({ quick: true })
    expect(config).toMatchObject({ strategies: strategyNames, runs: 2, measuredMs: 12_000 })
  })

  it('ends in time: 36 s for a turn, 25 minutes for the strategies of today', async () => {
    const { config } = await chosenComparison({})
    const { warmupMs, measuredMs, probe, runs, strategies } = config
    const turnMs = warmupMs + measuredMs + DRAIN_MS + probe.durationMs + AROUND_A_TURN_MS
    expect(turnMs).toBeLessThanOrEqual(36_000)
    expect((runs * strategies.length * turnMs) / 60_000).toBeLessThan(25)
  })

  it('takes any mix, and says what was changed of the preset', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-b', writeShare: '0.2', ttl: '2s' })
    expect(config.workload).toMatchObject({ name: 'ycsb-b', writeShare: 0.2, ttlMs: 2_000, zipf: 0.99 })
    expect(config.workload.title).toContain('--write-share 0.2 --ttl 2s')
    expect(config.workload.source).toContain('--write-share 0.2 --ttl 2s')
  })

  it('measures peers when asked to, beside all or by name', async () => {
    expect((await chosenComparison({ peers: true })).config.strategies).toEqual([
      ...strategyNames,
      'peer:bentocache',
      'peer:cacheable',
      'peer:cache-manager',
      'peer:async-cache-dedupe',
      'peer:cachified',
    ])
    expect((await chosenComparison({ strategies: 'cache-aside,peer:cachified' })).config.strategies).toEqual([
      'cache-aside',
      'peer:cachified',
    ])
  })

  it('measures nothing before a cold start', async () => {
    expect((await chosenComparison({ workload: 'cold-start' })).config.warmupMs).toBe(0)
  })

  it('leaves the last posts of an API that was started elsewhere to the probe', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-c' }, 3)
    expect(config).toMatchObject({ apiProcesses: 3, workload: { posts: 9_994 }, rows: null })
    expect((await chosenComparison({}, 3)).config.workload.posts).toBe(150)
  })

  it('replays a file, and says what it read', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'trace-')), 'mine.csv')
    const lines = Array.from(
      { length: 1_000 },
      (_, at) => `${at / 10},${at % 10 === 9 ? 'write' : 'read'},page:${at % 50}`,
    )
    await writeFile(file, lines.join('\n'))
    const { config, replay, notes } = await chosenComparison({ workload: file, rate: '100', ttl: '2s' })
    expect(config.workload).toMatchObject({ name: 'mine.csv', posts: 50, writeShare: 0.1, ttlMs: 2_000 })
    expect(config.workload.trace?.speed).toBeCloseTo(10, 1)
    expect(replay!.operations).toHaveLength(1_000)
    expect(replay!.operations.slice(0, 2)).toEqual([
      ['read', 1],
      ['read', 2],
    ])
    expect(notes.join('\n')).toMatch(/a TTL of 2 s here is one of 20 s there/)
    expect(config.warmupMs + config.measuredMs).toBeCloseTo(10_000, -2) // the trace ends before five TTLs are over
    expect(config.warmupMs).toBe(2_000)
  })

  it.each([
    [{ workload: 'ycsb-x' }, /--workload is "ycsb-x"; give one of ycsb-a, .* or a file: there is none of that name/],
    [{ strategies: 'cache-aside,nope' }, /--strategies is "nope"; give names, with commas, out of no-cache, /],
    [{ strategies: 'cache-aside,cache-aside' }, /--strategies is "cache-aside,cache-aside"; give each name once/],
    [{ runs: '0' }, /--runs is "0"; give a whole number from 1 to 1000/],
    [{ duration: '10' }, /--duration is "10"; give a time with its unit/],
    [{ writeShare: '1.5' }, /--write-share is "1.5"; give a number from 0 to 1/],
    [{ writeShare: '0.7', pageShare: '0.7' }, /writeShare .* allowed is at most 1 together/],
    [{ workload: 'blog', speed: '10' }, /--speed is for traces/],
  ])('refuses %j, naming it', async (flags, message) => {
    await expect(chosenComparison(flags)).rejects.toThrow(message)
  })
})
