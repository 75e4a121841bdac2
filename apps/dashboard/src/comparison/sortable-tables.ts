import { h } from '../live/dom.ts'
import { nextSort, type Sort, sorted } from '../live/sorting.ts'

/** Lets tables with a row for each strategy be sorted by the name or by a column of figures. */
export class SortableTables {
  /** By the table's caption, so that a table that is rendered again keeps its order. */
  readonly #sorts = new Map<string, Sort>()

  adopt(root: HTMLElement): void {
    for (const table of root.querySelectorAll('table')) {
      if (table.tHead?.rows[0]?.cells[0]?.textContent === 'strategy') this.#adopt(table)
    }
  }

  #adopt(table: HTMLTableElement): void {
    const caption = table.caption?.textContent ?? ''
    const rows = [...table.tBodies[0]!.rows]
    const heads = [...table.tHead!.rows[0]!.cells]
    const arrange = () => {
      const sort = this.#sorts.get(caption)
      heads.forEach((head, at) => {
        if (sort === undefined || head.textContent !== sort.column) head.removeAttribute('aria-sort')
        else {
          head.setAttribute('aria-sort', sort.direction)
          table.tBodies[0]!.replaceChildren(...sorted(rows, (row) => keyOf(row.cells[at]!), sort.direction))
        }
      })
    }
    heads.forEach((head, at) => {
      if (!canBeSorted(rows.map((row) => row.cells[at]!))) return
      const column = head.textContent
      const button = h('button', { type: 'button' }, column)
      button.addEventListener('click', () => {
        this.#sorts.set(caption, nextSort(this.#sorts.get(caption), column, 'ascending'))
        arrange()
      })
      head.replaceChildren(button)
    })
    arrange()
  }
}

/** Words have no order that a reader would look for, apart from names. */
function canBeSorted(cells: readonly HTMLTableCellElement[]): boolean {
  return cells.every((cell) => isName(cell) || cell.dataset.value !== undefined || cell.textContent === '–')
}

/** NaN if it is not known. */
function keyOf(cell: HTMLTableCellElement): number | string {
  return isName(cell) ? cell.textContent : Number(cell.dataset.value ?? Number.NaN)
}

function isName(cell: HTMLTableCellElement): boolean {
  return cell.cellIndex === 0
}
