/** What the database, the cache and each participant have, after a step. */
import { element } from './dom.ts'
import { holdings } from './holdings.ts'
import { type Form, type Race, type State, stateAt } from './race.ts'

export interface Cell {
  readonly name: string
  readonly value: string
  /** A reader that gets this value misses an acknowledged write. */
  readonly isWrong: boolean
}

export function cellsOf(race: Pick<Race, 'rows' | 'participants'>, form: Form, row: number): Cell[] {
  const state = stateAt(race, form, row)
  const cell = (name: string, value: string, isWrong = false): Cell => ({ name, value, isWrong })
  return [
    cell('Database', state.database),
    cell('Cache', cacheOf(state), isOld(state)),
    cell('Lease', state.lease === undefined ? 'nobody' : callerOf(state.lease)),
    cell('Acknowledged', state.acknowledged),
    ...[...holdings(race, form, row)].map(([name, held]) => cell(name, held)),
    ...(everPending(race) ? [cell('Pending', state.isPending ? 'invalidation' : 'nothing')] : []),
  ]
}

/** Then every step has the cell, so that no other moves. */
function everPending({ rows }: Pick<Race, 'rows'>): boolean {
  return rows.some((row) => row.broken?.state.isPending || row.guarded?.state.isPending)
}

function cacheOf(state: State): string {
  if (state.cache === undefined) return 'empty'
  if (state.isOutdated) return `${state.cache}, invalid`
  return isOld(state) ? `${state.cache}, old` : state.cache
}

function isOld({ cache, acknowledged, isOutdated }: State): boolean {
  return cache !== undefined && !isOutdated && versionOf(cache) < versionOf(acknowledged)
}

function versionOf(text: string): number {
  return Number(text.slice(1))
}

function callerOf(by: string): string {
  return by.replace(/^(\w+) afterwards$/, 'reader in $1')
}

/** @param others the other form's cells: a difference gets a sign. */
export function stateView(cells: readonly Cell[], others: readonly Cell[]): HTMLElement {
  const elsewhere = (name: string) => others.find((other) => other.name === name)?.value
  const items = cells.map(({ name, value, isWrong }) => {
    const isDifferent = elsewhere(name) !== value
    const mark = isDifferent ? [element('span', { class: 'unlike', title: 'differs between the two forms' }, '≠ ')] : []
    return element('div', {}, element('dt', {}, name), element('dd', isWrong ? { class: 'wrong' } : {}, ...mark, value))
  })
  return element('dl', { class: 'state' }, ...items)
}
