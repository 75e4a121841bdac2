import type { Figures } from './figures.ts'

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

/** The figures as a table, followed by warnings, notes and problems. */
export function tableOf(all: readonly Figures[]): string {
  const rows = [TITLES, ...all.map(rowOf)]
  const widths = TITLES.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  )
  const remarks = all.flatMap(({ drill, warnings, notes, problems }) => [
    ...(Object.keys(warnings).length > 0 ? [`${drill} logged ${loggedIn(warnings)}`] : []),
    ...notes.map((note) => `${drill}: ${note}`),
    ...problems.map((problem) => `${drill} DID NOT HOLD: ${problem}`),
  ])
  return [...lines, ...(remarks.length > 0 ? ['', ...remarks] : [])].join('\n')
}

function rowOf({ drill, held, during, resources, tookMs, ...figures }: Figures): string[] {
  const change = (of: 'fds' | 'handles' | 'heapMb') =>
    resources.map(({ before, after }) => `${before[of].toFixed(0)}→${after[of].toFixed(0)}`).join(' ')
  return [
    drill,
    String(figures.reads),
    String(figures.failedReads),
    shown(during.p50Ms),
    shown(during.p99Ms),
    shown(figures.longestMs),
    answersIn(during.answers),
    String(figures.breaches),
    shown(figures.staleMs),
    shown(figures.hitsAgainMs),
    change('fds'),
    change('handles'),
    change('heapMb'),
    (tookMs / 1_000).toFixed(1),
    held ? 'held' : 'DID NOT HOLD',
  ]
}

/** Such as `HIT 83 % MISS 12 % 503 5 %`. Answers without an `X-Cache` are shown by status; 0: no answer. */
function answersIn(answers: Readonly<Record<string, number>>): string {
  const all = Object.values(answers).reduce((sum, count) => sum + count, 0)
  // JavaScript orders integer-like keys, the statuses, first.
  const ordered = Object.entries(answers).sort(([, a], [, b]) => b - a)
  return ordered.map(([answer, count]) => `${answer} ${Math.round((100 * count) / all)} %`).join(' ')
}

function loggedIn(warnings: Readonly<Record<string, number>>): string {
  return Object.entries(warnings)
    .map(([message, count]) => `${count} × "${message}"`)
    .join(', ')
}

function shown(value: number | null): string {
  return value === null ? '–' : String(value)
}
