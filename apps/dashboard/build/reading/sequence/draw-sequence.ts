import { escapeHtml } from '../escape-html.ts'
import { type Columns, columnsOf, halfOfBox, PADDING } from './columns.ts'
import type { Block, Message, Note, Sequence, Step } from './parse-sequence.ts'
import { widthOf, wrap } from './text-width.ts'

/** A drawing that grows downwards. */
interface Drawing {
  readonly columns: Columns
  /** The bottom of what is drawn so far. */
  y: number
  /** In layers, so that lines never cross text. */
  readonly frames: string[]
  readonly marks: string[]
}

const HEAD_LENGTH = 8

/**
 * Draws the diagram as SVG. Only classes style it, since the Content-Security-Policy allows no style attribute.
 *
 * @param width in px, exceeded only if the words are too long for it
 */
export function drawSequence(
  sequence: Sequence,
  width: number,
  fontSize: number,
): { readonly svg: string; readonly width: number } {
  const columns = columnsOf(sequence, width, fontSize)
  const drawing: Drawing = { columns, y: 0, frames: [], marks: [] }
  drawParticipants(drawing)
  const top = drawing.y
  drawSteps(drawing, sequence.steps, 0)
  const height = Math.ceil(drawing.y + 12)
  const lifelines = columns.at.map((x) => line('lifeline', x, top, x, height))
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns.width} ${height}" width="${columns.width}" ` +
    `height="${height}" font-size="${fontSize}" aria-hidden="true">\n` +
    `${[...lifelines, ...drawing.frames, ...drawing.marks].join('\n')}\n</svg>`
  return { svg, width: columns.width }
}

function drawParticipants(drawing: Drawing): void {
  const { at, labels, fontSize } = drawing.columns
  const height = Math.max(...labels.map((lines) => heightOf(lines, drawing))) + PADDING
  labels.forEach((lines, column) => {
    const half = halfOfBox(lines, fontSize)
    const top = 1 + (height - heightOf(lines, drawing)) / 2
    drawing.marks.push(
      box('participant', at[column]! - half, 1, 2 * half, height),
      textBlock('participant-name', lines, at[column]!, top, drawing),
    )
  })
  drawing.y = height + 1
}

function drawSteps(drawing: Drawing, steps: readonly Step[], depth: number): void {
  for (const step of steps) {
    if (step.kind === 'message') drawMessage(drawing, step)
    else if (step.kind === 'note') drawNote(drawing, step)
    else drawBlock(drawing, step, depth)
  }
}

function drawMessage(drawing: Drawing, message: Message): void {
  const { at } = drawing.columns
  const [from, to] = [at[message.from]!, at[message.to]!]
  const lines = drawing.columns.linesOf(message)
  drawing.marks.push(textBlock('message-text', lines, (from + to) / 2, drawing.y + 10, drawing))
  const y = drawing.y + 10 + heightOf(lines, drawing) + 4
  const back = to > from ? to - HEAD_LENGTH : to + HEAD_LENGTH
  drawing.marks.push(
    line(message.isReply ? 'reply' : 'request', from, y, back, y),
    `<path class="head" d="M${round(to)} ${round(y)}L${round(back)} ${round(y - 4)}V${round(y + 4)}Z"/>`,
  )
  drawing.y = y + 4
}

function drawNote(drawing: Drawing, note: Note): void {
  const { at, fontSize } = drawing.columns
  const lines = drawing.columns.linesOf(note)
  const half = halfOfBox(lines, fontSize)
  const [x, top, height] = [at[note.over]!, drawing.y + 12, heightOf(lines, drawing) + PADDING]
  drawing.marks.push(
    box('note', x - half, top, 2 * half, height),
    textBlock('note-text', lines, x, top + PADDING / 2, drawing),
  )
  drawing.y = top + height
}

function drawBlock(drawing: Drawing, { type, branches }: Block, depth: number): void {
  const { fontSize, width } = drawing.columns
  const left = 1 + depth * PADDING
  const right = width - left
  const tagWidth = widthOf(type, fontSize) + 2 * PADDING
  const top = drawing.y + 14
  drawing.y = top
  branches.forEach(({ title, steps }, at) => {
    if (at > 0) {
      drawing.y += 14
      drawing.frames.push(line('divider', left, drawing.y, right, drawing.y))
    }
    const indent = at === 0 ? tagWidth + PADDING : PADDING
    const lines = title === '' ? [] : wrap(`[${title}]`, right - left - indent - PADDING, fontSize)
    if (lines.length > 0) drawing.marks.push(textBlock('branch-title', lines, left + indent, drawing.y + 4, drawing))
    drawing.y += heightOf(lines, drawing) + 4
    drawSteps(drawing, steps, depth + 1)
  })
  drawing.y += 14
  const tagHeight = lineHeight(drawing) + 4
  drawing.frames.push(box('frame', left, top, right - left, drawing.y - top))
  drawing.marks.push(
    `<path class="tag" d="M${round(left)} ${round(top)}h${round(tagWidth)}v${round(tagHeight - 6)}l-6 6H${round(left)}Z"/>`,
    textBlock('tag-text', [type], left + PADDING, top + 2, drawing),
  )
}

function lineHeight({ columns }: Drawing): number {
  return columns.fontSize * 1.3
}

function heightOf(lines: readonly string[], drawing: Drawing): number {
  return lines.length * lineHeight(drawing)
}

/** Lines below each other. Whether `x` is their middle or their start depends on the class. */
function textBlock(name: string, lines: readonly string[], x: number, top: number, drawing: Drawing): string {
  const baseline = top + lineHeight(drawing) * 0.75
  const spans = lines.map(
    (text, at) =>
      `<tspan x="${round(x)}" y="${round(baseline + at * lineHeight(drawing))}">${escapeHtml(text)}</tspan>`,
  )
  return `<text class="${name}">${spans.join('')}</text>`
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="${name}" d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}"/>`
}

function box(name: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="3"/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
