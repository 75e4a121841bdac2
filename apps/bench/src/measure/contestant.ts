import type { LibraryName } from '../libraries/names.ts'
import type { RowName } from '../rows.ts'

/** A library in one row, opened and filled. */
export interface Contestant {
  readonly row: RowName
  readonly library: LibraryName
  /** Operation `i`. Promises are awaited, unless `isSync`. */
  readonly operate: (i: number) => unknown
  readonly isSync: boolean
  readonly inFlight: number
  /** In one window. */
  readonly maxOps: number
  /** Before each window, untimed. */
  prepare(): Promise<void>
  /** Loads so far. */
  loads(): number
  close(): Promise<void>
}
