/** The chosen race and step, as the hash of the page's address: `#stale-set/8`. */
import type { Race } from './race.ts'

export interface Place {
  readonly race: Race
  /** From 0. */
  readonly row: number
}

export function hashOf({ race, row }: Place): string {
  return `#${race.id}/${row + 1}`
}

/** Without a race of that name: the first race. A step that the race doesn't have becomes its first or last. */
export function placeOf(hash: string, races: readonly Race[]): Place {
  const [, id, step = '1'] = /^#([^/]*)(?:\/(.*))?$/.exec(hash) ?? []
  const race = races.find((each) => each.id === id)
  if (race === undefined) return { race: races[0]!, row: 0 }
  return moved({ race, row: 0 }, (Number.parseInt(step, 10) || 1) - 1)
}

/** The place `by` steps further, within the race. */
export function moved({ race, row }: Place, by: number): Place {
  return { race, row: Math.min(Math.max(row + by, 0), race.rows.length - 1) }
}
