export interface Column {
  head: string
  /** Common heading of neighbouring columns. */
  group?: string
  /** Left for text, right for figures. Default right. */
  align?: 'left' | 'right'
}

const GAP = '  '

/** Lines of an aligned table: group headings (if any), headings, a rule, one line per row. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) => Math.max(column.head.length, ...rows.map((row) => row[at]!.length)))
  const spans = groupSpans(columns)
  for (const { group, from, to } of spans) {
    // A heading wider than its columns widens them, starting with the last.
    for (let at = to; widthOf(widths, from, to) < group.length; at = at > from ? at - 1 : to) widths[at]!++
  }
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (columns[at]!.align === 'left' ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join(GAP)
      .trimEnd()
  const heads = spans
    .map(({ group, from, to }) => centred(group, widthOf(widths, from, to)))
    .join(GAP)
    .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP)
  return [
    ...(heads === '' ? [] : [heads]),
    line(columns.map((column) => column.head)),
    rule,
    ...rows.map((row) => line(row)),
  ]
}

function groupSpans(columns: readonly Column[]) {
  const spans: { group: string; from: number; to: number }[] = []
  columns.forEach((column, at) => {
    const last = spans.at(-1)
    if (last && column.group !== undefined && last.group === column.group) last.to = at
    else spans.push({ group: column.group ?? '', from: at, to: at })
  })
  return spans
}

function widthOf(widths: readonly number[], from: number, to: number): number {
  return widths.slice(from, to + 1).reduce((sum, width) => sum + width, 0) + GAP.length * (to - from)
}

/** `── hits ──` for a heading; spaces without one. */
function centred(text: string, width: number): string {
  if (text === '') return ' '.repeat(width)
  const free = width - text.length
  if (free < 4) return ' '.repeat(Math.floor(free / 2)) + text + ' '.repeat(Math.ceil(free / 2))
  const left = Math.floor((free - 2) / 2)
  return `${'─'.repeat(left)} ${text} ${'─'.repeat(free - 2 - left)}`
}

/** About 3 digits: 0.84, 12.3, 1204. Null prints –. */
export function number(value: number | null): string {
  if (value === null) return '–'
  if (value >= 100 || value === 0) return value.toFixed(0)
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** A share as a percentage with one decimal. Null prints –. */
export function percent(share: number | null): string {
  return share === null ? '–' : (share * 100).toFixed(1)
}

/** Whole number with a comma between thousands. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Wraps text between words into lines of at most `width`. */
export function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]!
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
