import { type Gate, gates } from './gates.ts'
import type { Bed, MeasuredGroup, Side } from './measure/measure-group.ts'
import { measureSides } from './measure/measure-group.ts'
import { figureOf, ratioOf, type Spread } from './report/compared.ts'
import { withQuartiles } from './report/format.ts'
import { textTable } from './report/text-table.ts'
import { rows } from './rows.ts'

export interface Checked {
  readonly gate: Gate
  /** Undefined if the library has no such row. */
  readonly spread: Spread | undefined
  readonly isOver: boolean
}

/** Measures only what the gates need: cache-core and the floor, in memory and in Redis. */
export async function checkGates(bed: Bed): Promise<{ checked: Checked[]; problems: readonly string[] }> {
  const sides = sidesOf(gates)
  const isNear = ({ row }: Side) => rows[row].use === 'near'
  const inMemory = await measureSides(sides.filter(isNear), '350 B', bed)
  const inRedis = await measureSides(
    sides.filter((side) => !isNear(side)),
    '350 B',
    bed,
  )
  const measured = [...inMemory.sides, ...inRedis.sides]
  return { checked: gates.map((gate) => check(gate, measured)), problems: [...inMemory.problems, ...inRedis.problems] }
}

const same = (a: Side, b: Side) => a.row === b.row && a.library === b.library

export function sidesOf(all: readonly Gate[]): Side[] {
  const sides: Side[] = []
  for (const side of all.flatMap(({ of, over }) => (over ? [of, over] : [of]))) {
    if (!sides.some((other) => same(other, side))) sides.push(side)
  }
  return sides
}

export function check(gate: Gate, measured: MeasuredGroup['sides']): Checked {
  const entry = (side: Side) => measured.find((one) => same(one.side, side))?.entry
  const of = entry(gate.of)
  const over = gate.over && entry(gate.over)
  let spread: Spread | undefined
  if (of !== undefined && gate.over === undefined) spread = figureOf(of, gate.figure)
  if (of !== undefined && over !== undefined) spread = ratioOf(of, over, gate.figure)
  return { gate, spread, isOver: spread !== undefined && spread.median > gate.gate }
}

export function gateLines(checked: readonly Checked[]): string {
  const verdict = ({ gate, spread, isOver }: Checked) => {
    if (spread === undefined) return 'not measured'
    if (isOver) return 'OVER THE GATE'
    return spread.median > gate.goal ? 'above the goal' : 'ok'
  }
  const lines = checked.map((one) => {
    const { gate, spread } = one
    return [gate.name, withQuartiles(spread), String(gate.goal), String(gate.gate), verdict(one)]
  })
  return textTable([['', 'median [quartiles]', 'goal', 'gate', ''], ...lines])
}
