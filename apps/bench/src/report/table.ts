/** The table of `docs/performance.md`, from the stored run. */
import { FLOOR, isFloor, isOurs } from '../libraries/names.ts'
import type { Bench } from '../results.ts'
import { columns, groupOf, inUnit } from './columns.ts'
import { entryOf, figureOf, ratioOf, type Spread } from './compared.ts'
import { number } from './format.ts'
import { type Lost, lostRows } from './lost-rows.ts'

export function benchTable(bench: Bench): string {
  const head = [
    '',
    ...columns.map(({ title, unit, row }) => `${title}, ${unit}${row === 'stampede' ? ' · loads' : ''}`),
  ]
  const rows = bench.libraries.map(({ name, title, version }) => {
    const label = isOurs(name) ? `**${title}**` : isFloor(name) ? title : `${title} ${version}`
    return [label, ...columns.map((column) => cell(bench, column, name))]
  })
  // A form that has no row is not in the table.
  const shown = rows.filter(([, ...cells]) => cells.some((text) => text !== '–'))
  return [intro(bench), table([head, ...shown]), lostLines(bench)].join('\n\n')
}

function cell(bench: Bench, column: (typeof columns)[number], name: Bench['libraries'][number]['name']): string {
  const group = groupOf(bench, column)
  const entry = group && entryOf(group, name)
  const figure = entry && figureOf(entry, column.figure)
  if (group === undefined || entry === undefined || figure === undefined) return '–'
  const value = number(inUnit(figure.median, column))
  if (column.row === 'stampede') return `${value} · ${number(figureOf(entry, 'loads')?.median)}`
  const floor = entryOf(group, FLOOR)
  if (floor === undefined || name === FLOOR) return value
  return `${value} · ${quartiles(ratioOf(entry, floor, column.figure))}`
}

/** One decimal, from 10 on none. */
const short = (value: number) => value.toFixed(value < 9.95 ? 1 : 0)
const quartiles = (spread: Spread | undefined) =>
  spread === undefined ? '–' : `×${short(spread.median)} [${short(spread.q1)}–${short(spread.q3)}]`

function intro({ options, machine, groups }: Bench): string {
  const [before, after] = machine.loadAverage.map((load) => load.toFixed(0))
  const keys = groups.find(({ row }) => row === 'hit')?.keys.toLocaleString('en') ?? '1,000'
  return (
    `${keys} values of 350 B, 64 operations at a time over Redis, one at a time in memory; ${options.rounds} interleaved rounds in one process, ` +
    `medians of the time per operation, × the floor's [quartiles of the rounds' ratios]. ${machine.cores} cores, load average ${before} before ` +
    `and ${after} after, Node ${machine.node.slice(1)}, ${machine.redis} ([the run](runs/bench.json), \`npx -y pnpm@12 bench\`):`
  )
}

function table(lines: readonly (readonly string[])[]): string {
  const [head, ...rows] = lines
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head!), line(head!.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

function lostLines(bench: Bench): string {
  const lost = lostRows(bench)
  const rule =
    'a row is lost if cache-core takes longer than another library, for a miss and a write more than 1.5 times as long'
  if (lost.length === 0) return `**No row is lost**: ${rule}.`
  return [`**Lost rows** (${rule}):`, '', ...lost.map((one) => `- ${lostLine(bench, one)}`)].join('\n')
}

function lostLine(bench: Bench, { column, ours, rival, ratio, loads }: Lost): string {
  const titleOf = (name: string) => bench.libraries.find((one) => one.name === name)?.title ?? name
  const more =
    loads && loads.rival > loads.ours
      ? `, which loads ${number(loads.rival)} times instead of ${number(loads.ours)}`
      : ''
  return `${column.title}: ${titleOf(ours)} takes ${quartiles(ratio).slice(1)} times as long as ${titleOf(rival)}${more}`
}
