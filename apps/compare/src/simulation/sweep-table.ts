/** The rows of a sweep for a terminal of 100 columns. Rows with the same printed figures are merged. */
import CliTable from 'cli-table3'
import { NO_BORDERS } from '../no-borders.ts'
import { formatCount, type Given, roomLabel, strategiesLabel, ttlsLabel } from './labels.ts'
import { type MergedRow, mergedRows } from './merged-rows.ts'
import type { SweepRow } from './sweep.ts'

const WIDTH = 100
/** Columns with labels. */
const LABELS = 3
const NARROW_LABEL = 9
/** Names wrap after hyphens: `invalidation,` is the longest part. */
const NARROW_STRATEGY = 13

const figures: readonly (readonly [string, (row: SweepRow) => string])[] = [
  ['hit\nratio\n%', ({ hitRatio }) => percent(hitRatio)],
  ['loads\nper\nread', ({ loadsPerRead }) => loadsPerRead.toFixed(4)],
  ['loads\nper s', ({ loadsPerSecond }) => loadsPerSecond?.toFixed(1) ?? '–'],
  ['old\nreads\n%', ({ staleReads, reads }) => percent(reads === 0 ? 0 : staleReads / reads)],
  ['old for\nat most\ns', ({ staleForMs }) => (staleForMs === null ? '–' : (staleForMs.max / 1_000).toFixed(2))],
  ['evic-\ntions', ({ evictions }) => formatCount(evictions)],
  ['entries', ({ peakEntries }) => formatCount(peakEntries)],
  ['MB', ({ peakBytes }) => (peakBytes / 1e6).toFixed(2)],
]

export function sweepTable(rows: readonly SweepRow[], given: Given): string {
  const merged = mergedRows(rows, figuresOf)
  const lines = [
    ['strategy', 'TTL', 'capacity', ...figures.map(([title]) => title)],
    ...merged.map(({ strategies, ttlsMs, capacities, row }) => [
      strategiesLabel(strategies, given),
      ttlsLabel(ttlsMs, given),
      roomLabel(capacities, given, row.peakEntries === 0),
      ...figuresOf(row),
    ]),
  ]
  const { gap, lines: fitted } = layoutOf(lines)
  const table = new CliTable({
    chars: { ...NO_BORDERS, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: lines[0]!.map((_, at) => (at < LABELS ? 'left' : 'right')),
  })
  table.push(...fitted.map((cells) => [...cells]))
  return [table.toString().replaceAll(/[^\S\n]+$/gm, ''), ...footnotes(merged, given)].join('\n')
}

interface Layout {
  readonly gap: number
  readonly lines: readonly (readonly string[])[]
}

/** The widest layout that leaves enough for the names of the strategies. */
function layoutOf(lines: readonly (readonly string[])[]): Layout {
  const longestName = Math.max(...lines.map(([strategies]) => widest(strategies!.replaceAll(' ', '\n'))))
  const tried = [
    { gap: 2, labelWidth: Number.POSITIVE_INFINITY, enough: longestName },
    { gap: 2, labelWidth: NARROW_LABEL, enough: NARROW_STRATEGY },
    { gap: 1, labelWidth: NARROW_LABEL, enough: 0 },
  ].map(({ gap, labelWidth, enough }) => {
    const wrapped = lines.map(([strategies, ttls, room, ...rest]) => {
      return [strategies!, wrap(ttls!, labelWidth), wrap(room!, labelWidth), ...rest]
    })
    const widths = lines[0]!.map((_, at) => Math.max(...wrapped.map((cells) => widest(cells[at]!))))
    return { gap, enough, wrapped, left: widths.slice(1).reduce((left, width) => left - gap - width, WIDTH) }
  })
  const { gap, wrapped, left } = tried.find(({ left, enough }) => left >= enough) ?? tried.at(-1)!
  return { gap, lines: wrapped.map(([strategies, ...rest]) => [wrap(strategies!, left), ...rest]) }
}

function figuresOf(row: SweepRow): string[] {
  return figures.map(([, format]) => format(row))
}

/** The strategies of "all". */
function footnotes(merged: readonly MergedRow<SweepRow>[], given: Given): string[] {
  const all = `all ${given.strategies.length}`
  const isUsed = merged.some(({ strategies }) => strategiesLabel(strategies, given) === all)
  return isUsed ? [`${all}: ${given.strategies.join(', ')}`] : []
}

/** Breaks after spaces, and after hyphens in names that are too long. */
function wrap(text: string, width: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\s)/)) {
    if (line !== '' && (line + word).trimEnd().length > width) {
      lines.push(line)
      line = ''
    }
    for (const part of word.trimEnd().length > width ? word.split(/(?<=-)/) : [word]) {
      if (line !== '' && (line + part).trimEnd().length > width) {
        lines.push(line)
        line = ''
      }
      line += part
    }
  }
  return [...lines, line].map((one) => one.trimEnd()).join('\n')
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}

function percent(share: number): string {
  return (100 * share).toFixed(2)
}
