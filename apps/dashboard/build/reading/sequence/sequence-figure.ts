import { escapeHtml } from '../escape-html.ts'
import { drawSequence } from './draw-sequence.ts'
import { parseSequence, type Sequence, type Step } from './parse-sequence.ts'

/** For the text column, and for the narrowest phone: 380 px without the page's margins. */
const DRAWINGS = [
  { name: 'wide', width: 600, fontSize: 14 },
  { name: 'narrow', width: 348, fontSize: 12 },
] as const

/** A figure with a drawing for each of two widths, of which the stylesheet shows one, and the steps as text for screen readers. */
export function sequenceFigure(source: string, file: string, firstLine: number): string {
  const sequence = parseSequence(source, file, firstLine)
  const drawings = DRAWINGS.map(({ name, width, fontSize }) => {
    const drawing = drawSequence(sequence, width, fontSize)
    // The narrow one is also shown on screens below 380 px, where it scrolls.
    const canScroll = name === 'narrow' || drawing.width > width
    const focusable = canScroll ? ' role="group" aria-label="Sequence diagram" tabindex="0"' : ''
    return `<div class="scroll ${name}"${focusable}>${drawing.svg}</div>`
  })
  return `<figure class="sequence">\n${drawings.join('\n')}\n<div class="visually-hidden">${inWords(sequence)}</div>\n</figure>\n`
}

function inWords({ participants, steps }: Sequence): string {
  const name = (column: number) => participants[column]!.label
  const list = (items: readonly Step[]): string => `<ol>${items.map((step) => `<li>${words(step)}</li>`).join('')}</ol>`
  const words = (step: Step): string => {
    switch (step.kind) {
      case 'message':
        return escapeHtml(`${name(step.from)} to ${name(step.to)}: ${step.text}`)
      case 'note':
        return escapeHtml(`Note on ${name(step.over)}: ${step.text}`)
      case 'block':
        return `${step.type === 'alt' ? 'One of:' : 'In parallel:'}<ul>${step.branches
          .map((branch) => `<li>${escapeHtml(branch.title)}${list(branch.steps)}</li>`)
          .join('')}</ul>`
    }
  }
  return list(steps)
}
