/** The things that were done: loads and actions. Kept once each, although a new connection sends them again. */
import type { Mark } from './api-types.ts'

export interface TimedMark extends Mark {
  readonly atSeconds: number
}

const KEPT = 100

export class Marks {
  /** In the order of their time. */
  readonly all: TimedMark[] = []
  readonly #known = new Set<string>()

  /** @returns whether it is new */
  add(mark: Mark): boolean {
    const id = idOf(mark)
    if (this.#known.has(id)) return false
    this.#known.add(id)
    this.all.push({ ...mark, atSeconds: Date.parse(mark.at) / 1_000 })
    this.all.sort((a, b) => a.atSeconds - b.atSeconds)
    if (this.all.length > KEPT) this.#known.delete(idOf(this.all.shift()!))
    return true
  }
}

/** An empty list of strategies stands for all. */
export function concerns(mark: Mark, strategy: string): boolean {
  return mark.strategies.length === 0 || mark.strategies.includes(strategy)
}

function idOf({ at, what, label }: Mark): string {
  return `${at} ${what} ${label}`
}
