/** The table of totals. The API wrote its first rows, so that it is there without a script; from here on it lives. */
import type { StatsEvent, StrategyStats } from './api-types.ts'
import { h, setText } from './dom.ts'
import { count, duration, milliseconds, percent } from './format.ts'
import { type Direction, nextSort, type Sort, sorted } from './sorting.ts'
import { isCeiling, isNaive } from './strategy-kinds.ts'

interface Column {
  readonly name: string
  readonly title: string
  /** The order of the first click: best or largest first. */
  readonly first: Direction
  readonly value: (stats: StrategyStats) => number
  readonly format: (value: number) => string
}

const missing = (value: number | null | undefined) => value ?? Number.NaN

/** The median and p99 of the reads that waited: of the outcome that was most frequent, since quantiles can't be added. */
function waits({ latencyMs }: StrategyStats) {
  const { miss, collapsed, bypass } = latencyMs
  return [miss, collapsed, bypass].reduce((most, other) => (other.count > most.count ? other : most))
}

/** The first ones are those of index.html, in its order. */
const columns: readonly Column[] = [
  { name: 'reads', title: 'Reads', first: 'descending', value: ({ reads }) => reads, format: count },
  {
    name: 'hit-ratio',
    title: 'Hit ratio',
    first: 'descending',
    value: ({ reads, hits, stale }) => (reads === 0 ? Number.NaN : (hits + stale) / reads),
    format: percent,
  },
  {
    name: 'hit-p50',
    title: 'Hit p50, ms',
    first: 'ascending',
    value: ({ latencyMs }) => missing(latencyMs.hit.p50),
    format: milliseconds,
  },
  {
    name: 'wait-p50',
    title: 'Wait p50, ms',
    first: 'ascending',
    value: (stats) => missing(waits(stats).p50),
    format: milliseconds,
  },
  { name: 'loads', title: 'Loads', first: 'ascending', value: ({ loads }) => loads, format: count },
  {
    name: 'stale-reads',
    title: 'Stale reads',
    first: 'descending',
    value: ({ staleReads }) => staleReads,
    format: count,
  },
  {
    name: 'longest-stale',
    title: 'Longest stale',
    first: 'descending',
    value: ({ staleForMs }) => missing(staleForMs.max),
    format: duration,
  },
  {
    name: 'hit-p99',
    title: 'Hit p99, ms',
    first: 'ascending',
    value: ({ latencyMs }) => missing(latencyMs.hit.p99),
    format: milliseconds,
  },
  {
    name: 'wait-p99',
    title: 'Wait p99, ms',
    first: 'ascending',
    value: (stats) => missing(waits(stats).p99),
    format: milliseconds,
  },
  { name: 'calls', title: 'Cache calls', first: 'ascending', value: ({ storeCalls }) => storeCalls, format: count },
  { name: 'writes', title: 'Writes', first: 'descending', value: ({ writes }) => writes, format: count },
  { name: 'queue', title: 'Queue', first: 'descending', value: ({ queue }) => missing(queue?.depth), format: count },
]

const STRATEGY = 'strategy'

/** Over several processes, stale reads are not counted: no process knows the writes of the others. */
function countedBy({ strategies, processes }: StatsEvent): StatsEvent['strategies'] {
  if (processes === undefined) return strategies
  const each = Object.entries(strategies).map(([name, stats]) => [name, { ...stats, staleReads: Number.NaN }] as const)
  return Object.fromEntries(each)
}

interface Row {
  readonly name: string
  readonly root: HTMLElement
  readonly cells: readonly HTMLElement[]
}

export class FiguresTable {
  readonly #body: HTMLElement
  readonly #heads = new Map<string, HTMLElement>()
  readonly #rows = new Map<string, Row>()
  readonly #onSort: (sort: Sort) => void
  #order: readonly string[] = []
  #sort: Sort | undefined
  #stats: StatsEvent['strategies'] = {}

  constructor(table: HTMLTableElement, sort: Sort | undefined, onSort: (sort: Sort) => void) {
    this.#body = table.tBodies[0]!
    this.#onSort = onSort
    this.#sort = sort
    const heads = [
      this.#head(STRATEGY, 'Strategy', 'ascending'),
      ...columns.map(({ name, title, first }) => this.#head(name, title, first)),
    ]
    table.tHead!.rows[0]!.replaceChildren(...heads)
    this.#markSorted()
  }

  /** Shows these strategies; without a sort, in this order. */
  choose(strategies: readonly string[]): void {
    this.#order = strategies
    this.#arrange()
  }

  show(event: StatsEvent): void {
    this.#stats = countedBy(event)
    for (const name of this.#order) {
      const stats = this.#stats[name]
      if (stats === undefined) continue
      const { cells } = this.#rowOf(name)
      columns.forEach(({ value, format }, i) => {
        setText(cells[i]!, format(value(stats)))
      })
    }
    this.#arrange()
  }

  #head(name: string, title: string, first: Direction): HTMLElement {
    const button = h('button', { type: 'button' }, title)
    const head = h('th', { scope: 'col' }, button)
    button.addEventListener('click', () => {
      this.#sort = nextSort(this.#sort, name, first)
      this.#markSorted()
      this.#arrange()
      this.#onSort(this.#sort)
    })
    this.#heads.set(name, head)
    return head
  }

  #markSorted(): void {
    for (const [name, head] of this.#heads) {
      if (name === this.#sort?.column) head.setAttribute('aria-sort', this.#sort.direction)
      else head.removeAttribute('aria-sort')
    }
  }

  #rowOf(name: string): Row {
    const known = this.#rows.get(name)
    if (known !== undefined) return known
    const cells = columns.map(() => h('td', {}, '–'))
    const head = h('th', { scope: 'row' }, name)
    if (isNaive(name)) head.append(' ', h('span', { class: 'tag warning' }, 'a race can break its guarantee'))
    if (isCeiling(name)) head.append(' ', h('span', { class: 'tag' }, 'upper bound, not ranked'))
    const row = { name, cells, root: h('tr', {}, head, ...cells) }
    this.#rows.set(name, row)
    return row
  }

  /** Moves rows only if their order changed, so that a selection of text survives. */
  #arrange(): void {
    // Until the first figures arrive, the rows are those that the API wrote.
    const known = this.#order.filter((name) => this.#stats[name] !== undefined)
    if (known.length === 0) return
    const names =
      this.#sort === undefined ? known : sorted(known, this.#valueIn(this.#sort.column), this.#sort.direction)
    const roots = names.map((name) => this.#rowOf(name).root)
    const current = this.#body.children
    if (current.length === roots.length && roots.every((root, i) => current[i] === root)) return
    this.#body.replaceChildren(...roots)
  }

  #valueIn(column: string): (name: string) => number | string {
    const found = columns.find(({ name }) => name === column)
    return found === undefined ? (name) => name : (name) => found.value(this.#stats[name]!)
  }
}
