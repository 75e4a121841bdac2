import { expect, it } from 'vitest'
import { simulatedNames } from './simulated-names.ts'
import type { SweepRow } from './sweep.ts'
import { sweepTable } from './sweep-table.ts'

/** A row with the widest possible figures. */
function row(setting: Pick<SweepRow, 'strategy' | 'ttlMs' | 'maxEntries'>, loads: number): SweepRow {
  return {
    ...setting,
    reads: 1_000_000,
    writes: 0,
    outcomes: { hits: 0, stale: 0, misses: 0, collapsed: 0, bypassed: 0 },
    hitRatio: 1,
    waitingReads: 0,
    loads,
    refreshLoads: 0,
    loadsPerRead: loads / 1_000_000,
    loadsPerSecond: 12_345.6,
    staleReads: 123_400,
    staleForMs: { p50: 1, p99: 1, max: 3_599_990 },
    evictions: 1_234_567,
    peakEntries: 1_000_000,
    peakBytes: 1_234_567_890,
    virtualMs: 1,
    wallMs: 1,
  }
}

const given = { strategies: simulatedNames, ttlsMs: [5_400_000], capacities: [10, 1_000_000, null] }

function table(loadsOf: (strategy: string, maxEntries: number | null) => number): string[] {
  const rows = simulatedNames.flatMap((strategy) =>
    given.capacities.map((maxEntries) =>
      row({ strategy, ttlMs: 5_400_000, maxEntries }, loadsOf(strategy, maxEntries)),
    ),
  )
  return sweepTable(rows, given).split('\n')
}

it('fits into 100 columns with the widest figures, and wraps names after hyphens', () => {
  const lines = table((strategy, maxEntries) =>
    maxEntries === 10 ? 1 : simulatedNames.indexOf(strategy as never) * 1_000,
  )
  expect(lines.filter((line) => line.length > 100)).toEqual([])
  expect(lines).toContainEqual(
    expect.stringMatching(/^naive-write-through 90 min 1,000,000 100\.00 0\.0\d+ 12345\.6 12\.34 3599\.99 1,234,567 /),
  )
  expect(lines).toContain('naive-write-')
})

it('lists the strategies of "all" in a footnote', () => {
  expect(table(() => 1).slice(-3)).toEqual([
    expect.stringMatching(new RegExp(`^all ${simulatedNames.length} +90 min +10 and +100\\.00 `)),
    expect.stringMatching(/^ +more$/),
    `all ${simulatedNames.length}: ${simulatedNames.join(', ')}`,
  ])
})
