/** The geometry of a sequence diagram: where lanes, arrows and labels are, in pixels. */
import { type Form, lastRow, type Race, type Step } from './race.ts'
import { type Label, labelOf } from './wording.ts'

export const ROW_HEIGHT = 28
/** For the number of a step and the sign that the forms differ. */
export const MARGIN = 46
/** Below this, the lanes' second line names only the process. */
const NARROW_LANE = 74
/** Below this, "database" touches its neighbour. */
const NARROWEST_LANE = 68
/** A label's width per character, at its font size. An estimate: labels may touch a lifeline, but not leave the picture. */
const CHARACTER = 6.7
const GAP = 9

export interface Lane {
  readonly name: string
  readonly shown: string
  /** Its second line. */
  readonly detail: string
  readonly x: number
}

export type End = 'wrong' | 'right'

export type Shape = {
  readonly row: number
  readonly label: Label
  readonly labelX: number
  readonly anchor: 'start' | 'middle' | 'end'
  /** How the form ends, in its last step. */
  readonly end?: End
} & (
  | { readonly kind: 'arrow'; readonly from: number; readonly to: number }
  /** Something that a participant does alone. */
  | { readonly kind: 'dot'; readonly from: number }
  /** Something that happens to a process or to all: a fault, or time that passes. */
  | { readonly kind: 'event' }
)

export interface Layout {
  readonly width: number
  readonly height: number
  readonly lanes: readonly Lane[]
  readonly shapes: readonly Shape[]
}

const LATER = 'later'
const CACHE = 'cache'
const DATABASE = 'database'

export function layoutOf(race: Pick<Race, 'rows' | 'participants'>, form: Form, width: number): Layout {
  const lanes = lanesOf(race, width)
  const last = lastRow(race, form)
  const x = new Map(lanes.map((lane) => [lane.name, lane.x]))
  const shapes = race.rows.flatMap((row, i) => {
    const step = row[form]
    if (step === undefined) return []
    return [i === last ? shapeOfEnd(step, i, x, width, form) : shapeOf(step, labelOf(step), i, x, width)]
  })
  return { width, height: race.rows.length * ROW_HEIGHT, lanes, shapes }
}

/** The same in both forms, so that the pictures are equal where the stories are. */
function lanesOf({ rows, participants }: Pick<Race, 'rows' | 'participants'>, width: number): Lane[] {
  const hasLater = rows.some((row) => isLater(row.broken) || isLater(row.guarded))
  const count = participants.length + (hasLater ? 3 : 2)
  const spacing = (width - MARGIN) / count
  const isNarrow = spacing < NARROW_LANE
  const named = [
    ...participants.map(({ name, does, process }) => ({
      name,
      detail: isNarrow ? process : `${does === 'read' ? 'reader' : 'writer'}, ${process}`,
    })),
    ...(hasLater ? [{ name: LATER, detail: isNarrow ? 'reads' : 'readers' }] : []),
    { name: CACHE, detail: '' },
    { name: DATABASE, shown: spacing < NARROWEST_LANE ? 'DB' : DATABASE, detail: '' },
  ]
  return named.map((lane, i) => ({ shown: lane.name, ...lane, x: Math.round(MARGIN + spacing * (i + 0.5)) }))
}

function isLater(step: Step | undefined): boolean {
  return step?.by.endsWith(' afterwards') === true
}

type Lanes = ReadonlyMap<string, number>

function shapeOfEnd(step: Step, row: number, lanes: Lanes, width: number, form: Form): Shape {
  const { action, ...rest } = labelOf(step)
  const [mark, end] = form === 'broken' ? (['✗', 'wrong'] as const) : (['✓', 'right'] as const)
  return { ...shapeOf(step, { action: `${mark} ${action}`, ...rest }, row, lanes, width), end }
}

function shapeOf(step: Step, label: Label, row: number, lanes: Lanes, width: number): Shape {
  const at = lanes.get(isLater(step) ? LATER : step.by === 'outbox' ? DATABASE : step.by)
  const wide = textWidth(label)
  if (at === undefined) {
    return { kind: 'event', row, label, labelX: Math.round(MARGIN + (width - MARGIN) / 2), anchor: 'middle' }
  }
  const to = targetOf(step)
  if (to === undefined) {
    const fitsRight = at + GAP + wide <= width
    const labelX = fitsRight ? at + GAP : Math.max(at - GAP, MARGIN + wide)
    return { kind: 'dot', row, label, from: at, labelX, anchor: fitsRight ? 'start' : 'end' }
  }
  const target = lanes.get(to)!
  const middle = Math.min(Math.max((at + target) / 2, MARGIN + wide / 2), width - wide / 2)
  return { kind: 'arrow', row, label, from: at, to: target, labelX: Math.round(middle), anchor: 'middle' }
}

/** The lane that a step's request goes to. `undefined`: it is no request. */
function targetOf({ text }: Step): string | undefined {
  if (/^(load|commit) /.test(text)) return DATABASE
  if (/^(begins|returns|gets|v\d+ is)/.test(text)) return undefined
  return CACHE
}

function textWidth({ action, answer }: Label): number {
  return CHARACTER * (answer === undefined ? action : `${action} → ${answer}`).length
}
