/** The races, as `packages/cache-core/scripts/races-data.ts` writes them. */
import data from './races.json' with { type: 'json' }

/** Without the safeguard, and with it. */
export type Form = 'broken' | 'guarded'

export interface State {
  /** The row's version: `v2`. */
  readonly database: string
  /** Absent: the cache has no entry. */
  readonly cache?: string
  /** The entry's tag has another epoch by now, so no reader uses the entry. */
  readonly isOutdated?: boolean
  /** The caller that may fill. Absent: there is no lease. */
  readonly lease?: string
  /** The newest acknowledged version. */
  readonly acknowledged: string
  /** An invalidation could not be delivered yet. */
  readonly isPending?: boolean
}

export interface Step {
  readonly by: string
  /** `fill row with v1 → refused` */
  readonly text: string
  /** After the step. */
  readonly state: State
}

/** What each form does at one step. Absent: nothing. */
export type Row = { readonly [form in Form]?: Step }

export interface Participant {
  readonly name: string
  readonly does: string
  readonly process: string
}

export interface Code {
  readonly file: string
  readonly line: number
  /** The number of the first line. */
  readonly from: number
  readonly lines: readonly string[]
  /** The row, from 0, in which the forms differ because of it. */
  readonly row: number
}

export interface Race {
  readonly id: string
  readonly title: string
  readonly idea: string
  readonly without: string
  readonly closedBy: string
  readonly goesWrong: string
  readonly isPrevented: string
  readonly violation: string
  readonly participants: readonly Participant[]
  readonly decidedBy: Code
  readonly rows: readonly Row[]
}

export const races: readonly Race[] = data as readonly Race[]

/** The last row in which a form acts. */
export function lastRow({ rows }: Pick<Race, 'rows'>, form: Form): number {
  return rows.findLastIndex((row) => row[form] !== undefined)
}

/** Whether the two forms do different things in this row, get different answers, or stand differently for the first time. */
export function differsAt({ rows, decidedBy }: Pick<Race, 'rows' | 'decidedBy'>, row: number): boolean {
  const { broken, guarded } = rows[row]!
  return broken?.text !== guarded?.text || broken?.by !== guarded?.by || row === decidedBy.row
}

/** The state after a row: that of the form's last step so far. */
export function stateAt({ rows }: Pick<Race, 'rows'>, form: Form, row: number): State {
  for (let i = row; i >= 0; i--) {
    const step = rows[i]![form]
    if (step !== undefined) return step.state
  }
  return { database: 'v1', acknowledged: 'v1' }
}
