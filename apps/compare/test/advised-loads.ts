import type { Requirements } from '../src/advisor/requirements.ts'
import type { Comparison } from '../src/comparison.ts'
import { caseOf } from './advisor-cases.ts'

export const NOTHING_LOST: Requirements = { mayLoseWrites: false }
export const CURRENT: Requirements = { maxStalenessMs: 0, mayLoseWrites: false }

/** Loads with their requirements and the expected recommendation. */
export const cases = {
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

/** Simulated figures at other TTLs than the measured one. */
export const sweep = async () => [
  { ttlMs: 500, hitRatio: 0.7, loadsPerRead: 0.3, loadsPerSecond: 60 },
  { ttlMs: 5_000, hitRatio: 0.95, loadsPerRead: 0.05, loadsPerSecond: 10 },
  { ttlMs: 60_000, hitRatio: 0.985, loadsPerRead: 0.015, loadsPerSecond: 4 },
  { ttlMs: 300_000, hitRatio: 0.99, loadsPerRead: 0.01, loadsPerSecond: 2 },
]
