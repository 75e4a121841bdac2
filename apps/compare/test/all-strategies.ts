/** A made-up comparison of realistic size: every strategy and two peers, with plausible figures. */
import type { Comparison } from '../src/comparison.ts'
import { figureOf } from '../src/spread.ts'
import type { Deviation } from '../src/theory/deviation.ts'
import { currentOrNot, type MadeUpFigures, madeUpComparison } from './made-up-comparison.ts'

/** hit ratio, hit p50 ms, miss p50 ms, share of reads that are stale, stale for at most ms, Redis commands per request */
const LIKE: Readonly<Record<string, readonly [number, number, number, number, number, number]>> = {
  'no-cache': [0, 1.9, 1.9, 0, 0, 0],
  'cache-aside': [0.71, 0.62, 2.6, 0.048, 4_930, 1.6],
  'manual-invalidation': [0.655, 0.62, 2.7, 0, 0, 1.9],
  'write-through': [0.705, 0.63, 2.7, 0, 0, 2.1],
  'stampede-lock': [0.654, 0.64, 2.9, 0, 0, 2],
  'naive-invalidation': [0.657, 0.6, 2.4, 0.0016, 3_800, 1.5],
  'naive-write-through': [0.708, 0.6, 2.4, 0.0009, 4_100, 1.5],
  'naive-lock': [0.656, 0.61, 2.6, 0.0011, 2_700, 1.8],
  'stale-while-revalidate': [0.82, 0.66, 2.8, 0, 0, 2.1],
  xfetch: [0.73, 0.65, 2.8, 0, 0, 2.05],
  'refresh-ahead': [0.76, 0.65, 2.8, 0, 0, 2.1],
  tiered: [0.652, 0.31, 2.9, 0, 0, 1.1],
  'write-behind': [0.7, 0.63, 2.7, 0.0002, 60, 2.3],
  'always-hit': [1, 0.22, 0.22, 0.31, 25_000, 0],
  'peer:bentocache': [0.64, 0.44, 3.1, 0.0031, 4_700, 1.3],
  'peer:cachified': [0.65, 0.7, 2.9, 0.0024, 4_500, 1.7],
}

export function allStrategies(runs = 5): Comparison {
  const strategies = Object.fromEntries(
    Object.entries(LIKE).map(([name, like], at) => [name, figures(like, runs, at)]),
  ) satisfies Record<string, MadeUpFigures>
  const comparison = madeUpComparison({ runs, strategies, workload: { name: 'ycsb-b', title: 'YCSB-B, 5 % writes' } })
  return {
    ...comparison,
    strategies: comparison.strategies.map((strategy) => ({
      ...strategy,
      promise: {
        ...strategy.promise,
        ...(/^(?:always-hit$|peer:)/.test(strategy.name) && currentOrNot(false)),
        ...(strategy.name === 'always-hit' && { breaks: 'memory that never expires and sees no write' }),
        ...(strategy.name.startsWith('peer:') && { breaks: 'a load that was in flight during a write is kept' }),
      },
    })),
    turns: comparison.turns.map((turn) => {
      const [, , , staleShare, staleMaxMs] = LIKE[turn.strategy]!
      const writes = 480
      const late = Math.round(writes * Math.min(0.8, staleShare * 12))
      // From one millisecond to the longest, evenly on a logarithmic scale.
      const windowsMs = Array.from({ length: late }, (_, at) => staleMaxMs ** ((at + 1) / late))
      const schedule = [
        'read-after-write, 212.40 ms after the newer version was acknowledged (must not happen)',
        '  client 3 writes post:17 = 42  0.00 … 4.10 ms (clock 10234.00)  200 http://127.0.0.1:3001',
        '  client 1 reads  post:17 = 41  216.50 … 217.20 ms (clock 10450.50)  200 HIT http://127.0.0.1:3002',
      ]
      return {
        ...turn,
        staleness: { writes, windowsMs },
        ...(late > 0 && { violations: { counts: { 'read-after-write': late }, schedule } }),
        machine: { busyBefore: turn.place === 4 ? 0.31 : 0.02, stolen: 0.001, idle: 0.5 },
      }
    }),
  }
}

function figures(
  [hitRatio, hitMs, missMs, staleShare, staleMaxMs, redisCommands]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  runs: number,
  seed: number,
): MadeUpFigures {
  /** Varies each run by up to `by`. */
  const around = (value: number, by: number) =>
    Array.from({ length: runs }, (_, run) => value * (1 + by * Math.sin(seed * 7.3 + run * 2.1 + value)))
  const p50Ms = hitRatio > 0.5 ? hitMs * 1.04 : missMs
  return {
    hitRatio: around(hitRatio, hitRatio === 1 ? 0 : 0.006),
    postHitRatio: around(hitRatio, hitRatio === 1 ? 0 : 0.006),
    freshRatio: around(hitRatio, hitRatio === 1 ? 0 : 0.006),
    readP50Ms: around(p50Ms, 0.03),
    readP90Ms: around(missMs * 1.2, 0.05),
    readP99Ms: around(missMs * 2.1, 0.12),
    readP999Ms: around(missMs * 6, 0.4),
    hitP50Ms: hitRatio === 0 ? null : around(hitMs, 0.03),
    missP50Ms: hitRatio === 1 ? null : around(missMs, 0.04),
    writeP50Ms: around(3.1, 0.05),
    loadsPerRead: around(1 - hitRatio, 0.01),
    loadsPerSecond: around((1 - hitRatio) * 190, 0.01),
    staleReadRatio: around(staleShare, 0.3),
    staleMaxMs: around(staleMaxMs, 0.05),
    consistentAfter10Ms: around(1 - Math.min(0.8, staleShare * 9), 0),
    consistentAfter100Ms: around(1 - Math.min(0.7, staleShare * 7), 0),
    consistentAfter1S: around(1 - Math.min(0.5, staleShare * 4), 0),
    lostWrites: 0,
    redisCommandsPerRequest: around(redisCommands, 0.004),
    redisBytesPerRequest: around(redisCommands * 410, 0.004),
    apiCpuMs: around(0.55 + (1 - hitRatio) * 0.4, 0.03),
    redisCpuMs: around(0.02 * redisCommands, 0.05),
    postgresCpuMs: around(0.4 * (1 - hitRatio), 0.05),
  }
}

export function someDeviations(comparison: Comparison): Deviation[] {
  return (['cache-aside', 'manual-invalidation', 'write-through'] as const).map((strategy, at) => {
    const measured = figureOf(comparison, strategy, 'postHitRatio')!
    return {
      strategy,
      measure: 'postHitRatio',
      predicted: measured.median + (at === 2 ? 0.021 : 0.003),
      kind: 'equal',
      tolerance: 0.01,
      measured,
      deviates: at === 2,
      basis: 'renewal theory for Poisson reads and writes, each post at its own rate',
    }
  })
}
