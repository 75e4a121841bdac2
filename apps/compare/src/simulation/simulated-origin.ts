/** What is cached: rows that carry nothing but their version, and remember which writes were acknowledged when. */

export interface Row {
  readonly key: string
  /** Of the value, as the trace says. */
  sizeBytes: number
  /** One more with each write that committed. */
  version: number
  /** The newest version whose write was acknowledged; 0: none was. */
  acknowledged: number
  /** What its entry takes; 0: there is none. */
  keptBytes: number
  /** Rising: the newest acknowledged version, and since when it was. Absent before the first write. */
  history?: { readonly version: number; readonly at: number }[]
  /** Reads the row. One for all reads of it. */
  readonly load: () => Promise<number>
}

export class SimulatedOrigin {
  readonly #rows = new Map<string, Row>()
  readonly #load: (row: Row) => Promise<number>
  readonly #sizeBytes: number

  /** @param sizeBytes of a value where the trace says nothing. */
  constructor(load: (row: Row) => Promise<number>, sizeBytes: number) {
    this.#load = load
    this.#sizeBytes = sizeBytes
  }

  row(key: string): Row {
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row: Row = {
      key,
      sizeBytes: this.#sizeBytes,
      version: 0,
      acknowledged: 0,
      keptBytes: 0,
      load: () => this.#load(row),
    }
    this.#rows.set(key, row)
    return row
  }
}

export function acknowledge(row: Row, version: number, at: number): void {
  if (version <= row.acknowledged) return // a newer one was acknowledged before
  row.acknowledged = version
  row.history ??= []
  row.history.push({ version, at })
}

/** When a version was replaced: the first acknowledgement of a newer one. The row must have one. */
export function replacedAt(row: Row, version: number): number {
  const history = row.history!
  let first = 0
  let last = history.length - 1
  while (first < last) {
    const middle = (first + last) >> 1
    if (history[middle]!.version > version) last = middle
    else first = middle + 1
  }
  return history[first]!.at
}
