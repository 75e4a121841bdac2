/**
 * What a report says, before it is put into a terminal, a Markdown page or an HTML page: one content, so that the three
 * cannot say different things.
 */

/**
 * - `best`: beyond every other strategy. `equal`: not different from the best.
 * - `alarm`: should not be. `good`: as it should be.
 */
export type Mark = 'best' | 'equal' | 'alarm' | 'good'

export interface Cell {
  readonly text: string
  /** Said beside it, smaller: mostly the range over the runs. */
  readonly detail?: string
  readonly mark?: Mark
}

/** The first cell of each row names it. */
export interface Table {
  readonly caption: string
  /** What is in its columns but the first. */
  readonly of: 'figures' | 'words'
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** What to use for one thing that readers require, and what that brings. */
export interface Answer {
  readonly need: string
  readonly meaning: string
  /** A strategy, or that there is none. */
  readonly use: string
  /** Against no cache. Absent: not known. */
  readonly effect?: string
  readonly figures: readonly string[]
  /** Those that were ruled out, by reason. */
  readonly others?: string
  /** Those that can't be told apart from it. */
  readonly equals?: string
}

/** What is said of an answer, a line each. */
export function linesOf({ effect, figures, others, equals }: Answer): string[] {
  const said = figures.length > 0 ? [figures.join(' · ')] : []
  return [...(effect ? [effect] : []), ...said, ...(others ? [`Not: ${others}.`] : []), ...(equals ? [equals] : [])]
}

export type Block =
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'text' | 'alarm' | 'good'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: Table }
  /** Lines that are shown as they are. */
  | { readonly kind: 'lines'; readonly caption: string; readonly lines: readonly string[] }

export interface Section {
  /** Names its place in the page, and its charts. */
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface Content {
  readonly title: string
  readonly sections: readonly Section[]
}

export const text = (text: string): Block => ({ kind: 'text', text })

export const MARK_SIGNS: Readonly<Record<Mark, string>> = { best: '★', equal: '=', alarm: '‼', good: '✓' }

/** A cell in one line, its mark as a sign. */
export function cellInLine({ text, detail, mark }: Cell): string {
  return [mark && MARK_SIGNS[mark], text, detail].filter((part) => part !== undefined).join(' ')
}
