/** The data of the page `/races` of apps/dashboard: the same runs as in docs/races.md. */
import { isDeepStrictEqual } from 'node:util'
import { aligned, type Row } from './aligned.ts'
import { type SourceExcerpt, sourceExcerpt } from './source-excerpt.ts'
import { sentence, type TracedRun } from './traced-runs.ts'
import type { ToldLine } from './watched-row.ts'

export const DATA = new URL('../../../apps/dashboard/src/races/races.json', import.meta.url)

interface RaceData {
  /** As the heading's anchor in docs/races.md. */
  readonly id: string
  readonly title: string
  readonly idea: string
  readonly without: string
  readonly closedBy: string
  readonly goesWrong: string
  readonly isPrevented: string
  /** How the form without the safeguard ends. */
  readonly violation: string
  readonly participants: readonly { readonly name: string; readonly does: string; readonly process: string }[]
  /** The line of code that decides, and the row, from 0, in which the forms differ because of it. */
  readonly decidedBy: SourceExcerpt & { readonly row: number }
  readonly rows: readonly Row<ToldLine>[]
}

export function racesData(runs: readonly TracedRun[]): string {
  return `[\n${runs.map((run) => written(raceData(run))).join(',\n')}\n]\n`
}

function raceData({ race, plan, violation, broken, guarded }: TracedRun): RaceData {
  const rows = aligned(broken.told, guarded.told)
  const { file, line, at } = race.decidedBy
  const row = rows.findIndex((each) => differs(each) && [each.broken, each.guarded].some((told) => isAt(at, told)))
  if (row < 0) throw new Error(`${race.title}: the forms don't differ at ${at}`)
  return {
    id: race.title
      .toLowerCase()
      .replace(/[^a-z -]/g, '')
      .replaceAll(' ', '-'),
    title: race.title,
    idea: race.idea,
    without: race.without,
    closedBy: race.closedBy,
    goesWrong: race.goesWrong,
    isPrevented: race.isPrevented,
    violation: sentence(violation),
    participants: plan.actors.map(({ name, process, task }) => ({ name, does: task.does, process: `P${process + 1}` })),
    decidedBy: { ...sourceExcerpt(file, line), row },
    rows,
  }
}

function differs({ broken, guarded }: Row<ToldLine>): boolean {
  return !isDeepStrictEqual(broken, guarded)
}

function isAt(at: RegExp, told: ToldLine | undefined): boolean {
  return told !== undefined && at.test(`${told.by} ${told.text}`)
}

/** One line per row, so that a change shows which. */
function written({ rows, ...race }: RaceData): string {
  const head = JSON.stringify(race).slice(0, -1)
  return `${head},"rows":[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}]}`
}
