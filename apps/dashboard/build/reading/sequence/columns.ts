import type { Message, Note, Sequence, Step } from './parse-sequence.ts'
import { widestOf, wrap } from './text-width.ts'

/** Where the participants stand, and how wide text may be. */
export interface Columns {
  readonly width: number
  readonly fontSize: number
  /** The lifeline of each participant. */
  readonly at: readonly number[]
  readonly labels: readonly (readonly string[])[]
  linesOf(step: Message | Note): readonly string[]
}

export const PADDING = 8
/** Between a message's text and the lifelines at its ends. */
const CLEARANCE = 10
const WIDEST_TEXT = 260
const NARROWEST_TEXT = 40

/**
 * Columns as wide as their texts on one line, or less, down to the given width. Texts are broken into more lines instead,
 * but not within words, so the result may still be wider.
 */
export function columnsOf(sequence: Sequence, width: number, fontSize: number): Columns {
  const leastGap = width / (sequence.participants.length + 1)
  for (let textWidth = WIDEST_TEXT; ; textWidth -= 5) {
    const columns = columnsFor(sequence, textWidth, leastGap, fontSize)
    if (columns.width <= width || textWidth <= NARROWEST_TEXT) return columns
  }
}

function columnsFor({ participants, steps }: Sequence, textWidth: number, leastGap: number, fontSize: number): Columns {
  const all = flat(steps)
  const inset = depthOf(steps) * PADDING + 1
  const labels = participants.map(({ label }) => wrap(label, textWidth, fontSize))
  const halfOf = (lines: readonly string[]) => halfOfBox(lines, fontSize)

  // The half width that each column needs beside its lifeline, for its label and its notes.
  const halves = labels.map((lines, column) => {
    const notes = all.filter((step) => step.kind === 'note' && step.over === column)
    return Math.max(halfOf(lines), ...notes.map(({ text }) => halfOf(wrap(text, textWidth, fontSize))))
  })
  const gaps = labels.slice(1).map((lines, left) => {
    const between = all.filter(
      (step) => step.kind === 'message' && Math.min(step.from, step.to) === left && span(step) === 1,
    )
    const texts = between.map(({ text }) => widestOf(wrap(text, textWidth, fontSize), fontSize) + 2 * CLEARANCE)
    const ownHalves = [halves[left]!, halves[left + 1]!]
    return Math.max(
      leastGap,
      halfOf(labels[left]!) + halfOf(lines) + PADDING,
      ...ownHalves.map((half) => half + PADDING / 2),
      ...texts,
    )
  })

  const offsets = [0]
  for (const gap of gaps) offsets.push(offsets.at(-1)! + gap)
  const left = Math.min(...offsets.map((x, column) => x - halves[column]!))
  const right = Math.max(...offsets.map((x, column) => x + halves[column]!))
  const at = offsets.map((x) => x - left + inset)
  return {
    width: Math.ceil(right - left + 2 * inset),
    fontSize,
    at,
    labels,
    linesOf(step) {
      if (step.kind === 'note') return wrap(step.text, textWidth, fontSize)
      return wrap(step.text, Math.abs(at[step.to]! - at[step.from]!) - 2 * CLEARANCE, fontSize)
    },
  }
}

/** From the middle of a box to its side. */
export function halfOfBox(lines: readonly string[], fontSize: number): number {
  return widestOf(lines, fontSize) / 2 + PADDING
}

function span(message: Message): number {
  return Math.abs(message.from - message.to)
}

function flat(steps: readonly Step[]): (Message | Note)[] {
  return steps.flatMap((step) =>
    step.kind === 'block' ? step.branches.flatMap((branch) => flat(branch.steps)) : [step],
  )
}

/** How many blocks are nested at most. */
function depthOf(steps: readonly Step[]): number {
  const depths = steps.map((step) =>
    step.kind === 'block' ? 1 + Math.max(...step.branches.map((branch) => depthOf(branch.steps))) : 0,
  )
  return Math.max(0, ...depths)
}
