/**
 * The content of a report. The terminal, Markdown and HTML reports all render this, so they can't differ.
 */

/**
 * - `best`: better than every other strategy. `equal`: no difference from the best.
 * - `alarm`: a failed check. `good`: a passed one.
 */
export type Mark = 'best' | 'equal' | 'alarm' | 'good'

export interface Cell {
  readonly text: string
  /** Smaller text beside `text`, usually the range over the runs. */
  readonly detail?: string
  readonly mark?: Mark
  /** The figure behind `text`, to sort by. A column can be sorted if all of its known cells have one. */
  readonly value?: number
}

/** The first cell of each row is the row's name. */
export interface Table {
  readonly caption: string
  /** The content of the columns after the first. */
  readonly of: 'figures' | 'words'
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The strategy for one need, and its effect. */
export interface Answer {
  readonly need: string
  readonly meaning: string
  /** A strategy, or `none`. */
  readonly use: string
  /** The effect compared with no cache. Absent if not known. */
  readonly effect?: string
  readonly figures: readonly string[]
  /** The strategies ruled out, by reason. */
  readonly others?: string
  /** The strategies that show no difference from `use`. */
  readonly equals?: string
}

/** The text of an answer, as lines. */
export function linesOf({ effect, figures, others, equals }: Answer): string[] {
  const said = figures.length > 0 ? [figures.join(' · ')] : []
  return [...(effect ? [effect] : []), ...said, ...(others ? [`Not: ${others}.`] : []), ...(equals ? [equals] : [])]
}

export type Block =
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'text' | 'alarm' | 'good'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: Table }
  /** Lines that are shown verbatim. */
  | { readonly kind: 'lines'; readonly caption: string; readonly lines: readonly string[] }

export interface Section {
  /** The section's anchor in the page. It also selects the section's charts. */
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export interface Content {
  readonly title: string
  readonly sections: readonly Section[]
}

/** A cell that can be sorted by its figure. @param value unknown if null or undefined */
export function figureCell(text: string, value: number | null | undefined): Cell {
  return value === null || value === undefined ? { text } : { text, value }
}

export const text = (text: string): Block => ({ kind: 'text', text })

export const MARK_SIGNS: Readonly<Record<Mark, string>> = { best: '★', equal: '=', alarm: '‼', good: '✓' }

/** A cell on one line, with its mark as a sign. */
export function cellInLine({ text, detail, mark }: Cell): string {
  return [mark && MARK_SIGNS[mark], text, detail].filter((part) => part !== undefined).join(' ')
}
