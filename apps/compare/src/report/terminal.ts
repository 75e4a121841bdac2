import CliTable from 'cli-table3'
import type { Comparison } from '../comparison.ts'
import { NO_BORDERS } from '../no-borders.ts'
import type { Deviation } from '../theory/deviation.ts'
import { type Answer, type Block, linesOf, MARK_SIGNS, type Section, type Table } from './content/content.ts'
import { reportContent } from './content/report-content.ts'

export interface TerminalOptions {
  /** Width of the terminal. Default: the width of this process's terminal, or 100. */
  readonly columns?: number
  /** Lines of the advisor, shown first. */
  readonly advice?: readonly string[]
}

/** The sections that fit a terminal. The pages have all sections. */
const SHOWN = ['answer', 'differences', 'theory', 'reconciliation']

export function terminalReport(
  comparison: Comparison,
  deviations: readonly Deviation[],
  { columns = process.stdout.columns ?? 100, advice = [] }: TerminalOptions = {},
): string {
  const { title, sections } = reportContent(comparison, deviations, advice)
  const shown = sections.filter(({ id }) => SHOWN.includes(id))
  return [printable(title), ...shown.map((section) => sectionOf(section, columns))].join('\n\n')
}

function sectionOf({ title, blocks }: Section, columns: number): string {
  return [title.toUpperCase(), ...blocks.map((block) => blockOf(block, columns))].join('\n\n')
}

function blockOf(block: Block, columns: number): string {
  switch (block.kind) {
    case 'answers':
      return block.answers.map((answer) => answerOf(answer, columns)).join('\n\n')
    case 'text':
      return wrap(block.text, columns)
    case 'alarm':
    case 'good':
      return wrap(`${MARK_SIGNS[block.kind]} ${block.text}`, columns)
    case 'list':
      return block.items.map((item) => wrap(`- ${item}`, columns, '  ')).join('\n')
    case 'table':
      return tableOf(block.table, columns)
    case 'lines':
      return [block.caption, ...block.lines.map((line) => `  ${line}`)].map(printable).join('\n')
  }
}

function answerOf(answer: Answer, columns: number): string {
  const { need, meaning, use } = answer
  const lines = linesOf(answer).map((line) => `  ${wrap(line, columns - 2, '  ')}`)
  return [wrap(`${need} (${meaning}): ${use}`, columns), ...lines].join('\n')
}

/** Splits a table into as many as the width needs, each with the first column. */
function tableOf({ caption, of, head, rows }: Table, columns: number): string {
  const cells = rows.map((row) =>
    row.map(
      ({ text, detail, mark }) =>
        printable([mark && MARK_SIGNS[mark], text].filter(Boolean).join(' ')) + (detail ? `\n${detail}` : ''),
    ),
  )
  const heads = head.map((title) => wrap(title, 12))
  const widths = heads.map((title, at) => Math.max(widest(title), ...cells.map((row) => widest(row[at] ?? ''))))
  const tables = chunks(widths, columns).map((chosen) => {
    const lastWidth = columns - chosen.slice(0, -1).reduce((sum, at) => sum + widths[at]! + GAP, 0)
    const fit = (text: string, at: number) => (at === chosen.at(-1) ? wrapLines(text, Math.max(20, lastWidth)) : text)
    const table = new CliTable({
      chars: NO_BORDERS,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
      colAligns: chosen.map((at) => (at > 0 && of === 'figures' ? 'right' : 'left')),
    })
    table.push(
      chosen.map((at) => fit(heads[at]!, at)),
      ...cells.map((row) => chosen.map((at) => fit(row[at] ?? '', at))),
    )
    return table.toString().replaceAll(/[^\S\n]+$/gm, '')
  })
  return [wrap(caption, columns), ...tables].join('\n\n')
}

const GAP = 2

/** Groups of columns that fit the width, each with column 0. */
function chunks(widths: readonly number[], columns: number): number[][] {
  const all: number[][] = []
  let chosen: number[] = []
  let used = 0
  for (let at = 1; at < widths.length; at++) {
    if (chosen.length === 0 || used + GAP + widths[at]! > columns) {
      chosen = [0]
      used = widths[0]!
      all.push(chosen)
    }
    chosen.push(at)
    used += GAP + widths[at]!
  }
  return all
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}

function wrapLines(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => wrap(line, columns))
    .join('\n')
}

function wrap(text: string, columns: number, indent = ''): string {
  const lines: string[] = []
  for (const word of printable(text).split(/\s+/)) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(lines.length === 0 ? word : `${indent}${word}`)
  }
  return lines.join('\n')
}

/** Keeps control characters in external names from the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
