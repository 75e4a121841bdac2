/** The simulated origin: rows with only a version and the times at which writes were acknowledged. */

export interface Row {
  readonly key: string
  /** Size of the value in the trace. */
  sizeBytes: number
  /** Incremented by each committed write. */
  version: number
  /** The newest acknowledged version; 0 if there is none. */
  acknowledged: number
  /** Size of its entry; 0 if there is none. */
  keptBytes: number
  /** Acknowledged versions and their times, ascending. Absent before the first write. */
  history?: { readonly version: number; readonly at: number }[]
  /** Reads the row. One function for all reads of it. */
  readonly load: () => Promise<number>
}

export class SimulatedOrigin {
  readonly #rows = new Map<string, Row>()
  readonly #load: (row: Row) => Promise<number>
  readonly #sizeBytes: number

  /** @param sizeBytes size of values without a size in the trace */
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
  if (version <= row.acknowledged) return // a newer version was acknowledged earlier
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
