import { libraries } from '../libraries/index.ts'
import { FLOOR } from '../libraries/names.ts'
import type { FigureName } from '../measure/figures.ts'
import type { Entry, Group } from '../results.ts'
import { entryOf, figureOf, ratioOf } from './compared.ts'
import { number, withQuartiles } from './format.ts'
import { textTable } from './text-table.ts'

const HEAD = [
  '',
  'ops/s',
  'p50 µs',
  'p99 µs',
  'CPU µs',
  'bytes',
  'commands',
  'sent',
  'loads',
  'wall ÷ floor',
  'CPU ÷ floor',
]

/** A group as lines for the terminal: medians over the rounds, ratios with their quartiles. */
export function groupLines(group: Group): string {
  const { title, size, inFlight, entries } = group
  const floor = entryOf(group, FLOOR)
  const ratio = (entry: Entry, figure: FigureName) =>
    floor === undefined ? '–' : withQuartiles(ratioOf(entry, floor, figure))
  const rows = entries.map((entry) => {
    const median = (figure: FigureName) => figureOf(entry, figure)?.median
    return [
      libraries[entry.library].title,
      number(inverse(median('wallUs'))),
      ...(['p50Us', 'p99Us', 'cpuUs', 'bytes', 'commands'] as const).map((name) => number(median(name))),
      number(entry.sent),
      number(median('loads')),
      ratio(entry, 'wallUs'),
      ratio(entry, 'cpuUs'),
    ]
  })
  return `${title} · ${size} · ${inFlight} at a time\n${textTable([HEAD, ...rows])}\n`
}

const inverse = (us: number | undefined) => (us === undefined ? undefined : 1e6 / us)
