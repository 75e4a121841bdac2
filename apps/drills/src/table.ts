import type { DrillReport } from './run-drill.ts'

const TITLES = [
  'fault',
  'reads',
  'failed',
  'during: p50 ms',
  'p99',
  'longest',
  'answers',
  'breaches',
  'stale ms',
  'hits again ms',
  'fds',
  'handles',
  'heap MB',
  'took s',
  'verdict',
]

/** The reports as a table, and below it what did not hold and what was noted. */
export function tableOf(reports: readonly DrillReport[]): string {
  const rows = [TITLES, ...reports.map(rowOf)]
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  )
  const remarks = reports.flatMap(({ drill, warnings, notes, problems }) => [
    ...(warnings.size > 0 ? [`${drill.name} logged ${loggedIn(warnings)}`] : []),
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
  const durations = all.flatMap(({ during }) => during.durationsMs).sort((a, b) => a - b)
  const quantile = (share: number) => whole(durations[Math.floor(share * durations.length)] ?? Number.NaN)
  return [
    drill.name,
    sum(({ reads }) => reads),
    sum(({ failedReads }) => failedReads),
    quantile(0.5),
    quantile(0.99),
    most(({ longestMs }) => longestMs),
    answersIn(all.map(({ during }) => during.answers)),
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

/** Such as `HIT 83 % MISS 12 % 503 5 %`, the most frequent first. */
function answersIn(maps: readonly ReadonlyMap<string, number>[]): string {
  const total = new Map<string, number>()
  for (const map of maps) for (const [answer, count] of map) total.set(answer, (total.get(answer) ?? 0) + count)
  const all = [...total.values()].reduce((sum, count) => sum + count, 0)
  const ordered = [...total].sort(([, a], [, b]) => b - a)
  return ordered.map(([answer, count]) => `${answer} ${Math.round((100 * count) / all)} %`).join(' ')
}

function loggedIn(warnings: ReadonlyMap<string, number>): string {
  return [...warnings].map(([message, count]) => `${count} × "${message}"`).join(', ')
}

function whole(value: number): string {
  return Number.isFinite(value) ? value.toFixed(0) : '–'
}
