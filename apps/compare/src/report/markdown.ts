import type { Comparison } from '../comparison.ts'
import type { Deviation } from '../theory/deviation.ts'
import {
  type Answer,
  type Block,
  type Content,
  cellInLine,
  linesOf,
  MARK_SIGNS,
  type Table,
} from './content/content.ts'
import { reportContent } from './content/report-content.ts'

/** The report as a Markdown page. `advice`: lines of the advisor, shown first. */
export function markdownReport(
  comparison: Comparison,
  deviations: readonly Deviation[],
  advice?: readonly string[],
): string {
  return markdownOf(reportContent(comparison, deviations, advice))
}

function markdownOf({ title, sections }: Content): string {
  const parts = sections.flatMap((section) => [`## ${section.title}`, ...section.blocks.map(block)])
  return `${[`# ${plain(title)}`, ...parts].join('\n\n')}\n`
}

function block(block: Block): string {
  switch (block.kind) {
    case 'answers':
      return block.answers.map(answer).join('\n\n')
    case 'text':
      return plain(block.text)
    case 'alarm':
    case 'good':
      return `**${MARK_SIGNS[block.kind]} ${plain(block.text)}**`
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n')
    case 'table':
      return table(block.table)
    case 'lines':
      return `${plain(block.caption)}\n\n${block.lines.map((line) => `    ${line.replaceAll(/[\r\n]+/g, ' ')}`).join('\n')}`
  }
}

function answer(answer: Answer): string {
  const { need, meaning, use } = answer
  const lines = linesOf(answer).map((line) => `- ${plain(line)}`)
  return [`**${plain(need)}** (${plain(meaning)}): **${plain(use)}**`, '', ...lines].join('\n')
}

function table({ caption, of, head, rows }: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `**${plain(caption)}**`,
    '',
    row(head.map(plain)),
    row(head.map((_, at) => (at > 0 && of === 'figures' ? '--:' : '---'))),
    ...rows.map((cells) =>
      row(cells.map((cell) => (cell.mark === 'best' ? `**${plain(cellInLine(cell))}**` : plain(cellInLine(cell))))),
    ),
  ].join('\n')
}

/** Text on one line, escaped: none of it is parsed as Markdown or HTML. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#]/g, '\\$&')
}
