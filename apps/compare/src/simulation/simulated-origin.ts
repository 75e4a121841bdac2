/** The simulated origin: rows with only a version and the times at which writes were acknowledged. */

/** Of a row without an entry or a lease. */
export const NO_SLOT = -1

export class Row {
  readonly key: string
  /** Size of the value in the trace. */
  sizeBytes: number
  /** Incremented by each committed write. */
  version = 0
  /** The newest acknowledged version; 0 if there is none. */
  acknowledged = 0
  /** Size of its entry; 0 if there is none. */
  keptBytes = 0
  /** Where the store keeps its entry, and its lease. */
  entrySlot = NO_SLOT
  leaseSlot = NO_SLOT
  /** Acknowledged versions and their times, ascending. Absent before the first write. */
  history: { readonly version: number; readonly at: number }[] | undefined = undefined

  constructor(key: string, sizeBytes: number) {
    this.key = key
    this.sizeBytes = sizeBytes
  }
}

export class SimulatedOrigin {
  readonly #rows = new Map<string, Row>()
  readonly #sizeBytes: number
  /** Most calls are for the same row as the one before. */
  #last: Row | undefined

  /** @param sizeBytes size of values without a size in the trace */
  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes
  }

  /** The next calls of the store are probably for this row. */
  expect(row: Row): void {
    this.#last = row
  }

  row(key: string): Row {
    if (this.#last?.key === key) return this.#last
    let row = this.#rows.get(key)
    if (row === undefined) {
      row = new Row(key, this.#sizeBytes)
      this.#rows.set(key, row)
    }
    this.#last = row
    return row
  }

  /** The row of a key that follows `prefix`. Creates no string for the row of the previous call. */
  prefixedRow(prefix: string, key: string): Row {
    const last = this.#last
    if (last !== undefined && key.length === prefix.length + last.key.length && key.endsWith(last.key)) return last
    return this.row(key.slice(prefix.length))
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
