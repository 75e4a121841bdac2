/** The database of an explored queue: one row per key, with the id of its last write. */
import type { FlushedWrite } from '../src/index.ts'

export interface Row {
  readonly version: number
  readonly by: string
}

export class QueueTable {
  readonly rows = new Map<string, { readonly row: Row; readonly storedId: number }>()
  /** Every change that took effect. */
  readonly history: { readonly key: string; readonly row: Row | undefined }[] = []

  insert(key: string): void {
    this.rows.set(key, { row: { version: 1, by: 'the start' }, storedId: 0 })
  }

  row(key: string): Row | undefined {
    return this.rows.get(key)?.row
  }

  /** A direct write: `undefined`, since there is no row. */
  update(key: string, by: string): Row | undefined {
    const stored = this.rows.get(key)
    if (stored === undefined) return undefined
    const row = { version: stored.row.version + 1, by }
    this.#store(key, row, stored.storedId)
    return row
  }

  delete(key: string): boolean {
    if (!this.rows.delete(key)) return false
    this.history.push({ key, row: undefined })
    return true
  }

  /** One transaction. */
  apply(writes: readonly FlushedWrite[]): void {
    for (const { key, id, command } of writes) {
      const newId = Number.parseInt(id, 10)
      if (!this.mayApply(key, newId)) continue
      if (command === null) this.delete(key)
      else this.#store(key, command as Row, newId)
    }
  }

  /** Never a row that is gone, and never an older write. */
  protected mayApply(key: string, id: number): boolean {
    const stored = this.rows.get(key)
    return stored !== undefined && stored.storedId < id
  }

  #store(key: string, row: Row, storedId: number): void {
    this.rows.set(key, { row, storedId })
    this.history.push({ key, row })
  }
}
