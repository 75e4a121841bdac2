import type { DrillReport } from './run-drill.ts'

/** The reports as a table, and below it what did not hold and what was noted. */
export function tableOf(reports: readonly DrillReport[]): string {
  const rows = [
    [
      'fault',
      'reads',
      'failed',
      'longest ms',
      'breaches',
      'stale ms',
      'hits again ms',
      'fds',
      'handles',
      'heap MB',
      'took s',
      'verdict',
    ],
    ...reports.map(rowOf),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  )
  const remarks = reports.flatMap(({ drill, notes, problems }) => [
    ...notes.map((note) => `${drill.name}: ${note}`),
    ...problems.map((problem) => `${drill.name} DID NOT HOLD: ${problem}`),
  ])
  return [...lines, ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n')
}

function rowOf({ drill, judgements, hitsAgainMs, vitals, problems, tookMs }: DrillReport): string[] {
  const all = [...judgements.values()]
  const sum = (of: (judgement: (typeof all)[number]) => number) =>
    String(all.reduce((total, judgement) => total + of(judgement), 0))
  const most = (of: (judgement: (typeof all)[number]) => number) => whole(Math.max(...all.map(of)))
  const change = (of: 'fds' | 'handles' | 'heapMb') =>
    vitals.map(({ before, after }) => `${whole(before[of])}→${whole(after[of])}`).join(' ')
  return [
    drill.name,
    sum(({ reads }) => reads),
    sum(({ failedReads }) => failedReads),
    most(({ longestMs }) => longestMs),
    sum(({ breaches }) => breaches.length),
    most(({ staleMs }) => staleMs),
    whole(hitsAgainMs),
    change('fds'),
    change('handles'),
    change('heapMb'),
    (tookMs / 1_000).toFixed(1),
    problems.length === 0 ? 'held' : 'DID NOT HOLD',
  ]
}

function whole(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : '–'
}
