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
  it('compares all strategies in 5 runs, for two TTLs after a warm-up', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-b' })
    expect(config).toMatchObject({ strategies: strategyNames, runs: 5, seed: 1, warmupMs: 10_000, measuredMs: 10_000 })
    expect(comparisonConfig.parse(config)).toEqual(config)
  })

  it('has a short form of 2 runs after a shorter warm-up, also of all strategies', async () => {
    const { config } = await chosenComparison({ quick: true })
    expect(config).toMatchObject({ strategies: strategyNames, runs: 2, warmupMs: 4_000, measuredMs: 12_000 })
    expect((await chosenComparison({ quick: true, warmup: '8s' })).config.warmupMs).toBe(8_000)
  })

  it('takes at most 36 s a turn', async () => {
    const { config } = await chosenComparison({})
    const { warmupMs, measuredMs, probe } = config
    const turnMs = warmupMs + measuredMs + DRAIN_MS + probe.durationMs + AROUND_A_TURN_MS
    expect(turnMs).toBeLessThanOrEqual(36_000)
  })

  it('accepts any mix, and says how it differs from the preset', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-b', writeShare: '0.2', ttl: '2s' })
    expect(config.workload).toMatchObject({ name: 'ycsb-b', writeShare: 0.2, ttlMs: 2_000, zipf: 0.99 })
    expect(config.workload.title).toContain('--write-share 0.2 --ttl 2s')
    expect(config.workload.source).toContain('--write-share 0.2 --ttl 2s')
  })

  it('measures peers with --peers or by name', async () => {
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

  it('has no warm-up before a cold start', async () => {
    expect((await chosenComparison({ workload: 'cold-start' })).config.warmupMs).toBe(0)
  })

  it('reserves the last posts of an external API for the probe', async () => {
    const { config } = await chosenComparison({ workload: 'ycsb-c' }, 3)
    expect(config).toMatchObject({ apiProcesses: 3, workload: { posts: 9_994 }, rows: null })
    expect((await chosenComparison({}, 3)).config.workload.posts).toBe(150)
  })

  it('replays a file, and describes it', async () => {
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
    expect(notes.join('\n')).toMatch(/a TTL of 2 s in the replay is 20 s in the recording/)
    // It ends in its 11th second, and the turn would take 20 s: 10 s of warm-up, and 10 measured.
    expect(config).toMatchObject({ warmupMs: 5_500, measuredMs: 5_500 })
  })

  it.each([
    [{ workload: 'ycsb-x' }, /--workload is "ycsb-x"; give one of ycsb-a, .* or an existing file/],
    [{ strategies: 'cache-aside,nope' }, /--strategies is "nope"; give names out of no-cache, .*, separated by commas/],
    [{ strategies: 'cache-aside,cache-aside' }, /--strategies is "cache-aside,cache-aside"; give each name once/],
    [{ runs: '0' }, /--runs is "0"; give a whole number from 1 to 1000/],
    [{ duration: '10' }, /--duration is "10"; give a time with its unit/],
    [{ writeShare: '1.5' }, /--write-share is "1.5"; give a number from 0 to 1/],
    [{ writeShare: '0.7', pageShare: '0.7' }, /writeShare .* together they must be at most 1/],
    [{ workload: 'blog', speed: '10' }, /--speed is for traces/],
  ])('rejects %j and names the flag', async (flags, message) => {
    await expect(chosenComparison(flags)).rejects.toThrow(message)
  })
})
