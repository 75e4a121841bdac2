/** A comparison in the runner's format, with chosen figures. */
import { type Comparison, comparisonSchema, type Turn } from '../src/comparison.ts'
import type { MeasureName } from '../src/measures.ts'

/** Figures of a strategy: one value for all runs, or one for each run. */
export type MadeUpFigures = Partial<Record<MeasureName, number | null | readonly (number | null)[]>>

export interface MadeUpOptions {
  readonly runs?: number
  readonly strategies: Readonly<Record<string, MadeUpFigures>>
  readonly workload?: Partial<Comparison['config']['workload']>
  /** Overrides for all turns of a strategy. */
  readonly turn?: Readonly<Record<string, Partial<Turn>>>
}

/** Whether reads are guaranteed to see acknowledged writes, over Redis. */
export function currentOrNot(isCurrent: boolean) {
  const readAfterWriteOf = isCurrent ? ('keys and tags' as const) : ('none' as const)
  return { readAfterWrite: isCurrent, readAfterWriteOf, where: 'every process' as const }
}

export function madeUpComparison({ runs = 5, strategies, workload = {}, turn = {} }: MadeUpOptions): Comparison {
  const names = Object.keys(strategies)
  const turns = Array.from({ length: runs }, (_, run) =>
    names.map((strategy, at): Turn => {
      const measures = Object.fromEntries(
        Object.entries(strategies[strategy]!).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[run]! : value,
        ]),
      )
      return {
        strategy,
        run: run + 1,
        place: run * names.length + at + 1,
        startedAt: new Date(Date.UTC(2026, 10, 24, 9, 0, run * names.length + at)).toISOString(),
        status: 'ok',
        problems: [],
        measures,
        staleness: { writes: 100, windowsMs: [] },
        account: {
          k6: { reads: 1_000, writes: 50, hits: 600 },
          probe: { reads: 200, writes: 20, hits: 100 },
          server: { reads: 1_200, writes: 70, hits: 700 },
          agree: true,
        },
        violations: { counts: {}, schedule: [] },
        machine: { busyBefore: 0.02, stolen: 0, idle: 0.5 },
        k6: null,
        ...turn[strategy],
      }
    }),
  ).flat()
  return comparisonSchema.parse({
    schemaVersion: 3,
    kind: 'comparison',
    startedAt: '2026-11-24T09:00:00.000Z',
    finishedAt: '2026-11-24T09:30:00.000Z',
    config: {
      workload: {
        name: 'made-up',
        title: 'Made up for a test',
        source: 'this test',
        posts: 9_996,
        ratePerSecond: 200,
        zipf: 0.99,
        writeShare: 0.05,
        listShare: 0,
        pageShare: 0,
        reportShare: 0,
        insertShare: 0,
        readModifyWriteShare: 0,
        ttlMs: 5_000,
        originDelayMs: 0,
        popularity: 'zipf',
        cold: false,
        crowd: null,
        trace: null,
        ...workload,
      },
      strategies: names,
      runs,
      seed: 1,
      warmupMs: 5_000,
      measuredMs: 25_000,
      probe: { racedPosts: 4, quietPosts: 2, readersPerPost: 2, durationMs: 6_000 },
      rows: 10_002,
      apiProcesses: 2,
    },
    environment: {
      cpus: 2,
      cpuModel: 'a processor',
      memoryBytes: 24 * 1024 ** 3,
      os: 'Linux 6.1',
      node: 'v24.21.0',
      k6: '1.8.1',
      redis: '7.0.15',
      postgres: '15.20',
      databaseConnections: 10,
      commit: '0123456789abcdef0123456789abcdef01234567',
      modified: false,
    },
    strategies: names.map((name) => ({
      name,
      title: `The strategy ${name}`,
      read: 'cache-aside',
      write: 'invalidate',
      store: 'redis',
      promise: {
        staleForAtMostMs: 5_000,
        ...currentOrNot(name !== 'cache-aside' && !name.startsWith('naive-')),
        loadsPerExpiry: { atMost: 1, per: 'process' },
        mayLoseWrites: false,
        ...(name.startsWith('naive-') && { breaks: 'as it is made up' }),
      },
    })),
    turns,
  })
}
