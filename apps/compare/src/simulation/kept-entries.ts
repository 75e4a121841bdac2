/** Counts a store's entries and their bytes by watching fills, invalidations and evictions. */
import type { Store } from 'cache-core'
import type { Row, SimulatedOrigin } from './simulated-origin.ts'

export class KeptEntries {
  readonly #origin: SimulatedOrigin
  #entries = 0
  #bytes = 0
  peakEntries = 0
  peakBytes = 0

  constructor(origin: SimulatedOrigin) {
    this.#origin = origin
  }

  /** @param bytesOf the size of an entry, given its row and the length of its stored form */
  watch(store: Store, bytesOf: (row: Row, entryLength: number) => number): Store {
    return {
      ...store,
      fill: (key, fill) => {
        const note = (isKept: boolean) => {
          const row = this.#origin.row(key)
          if (isKept) this.#set(row, bytesOf(row, fill.entry.length))
          return isKept
        }
        const kept = store.fill(key, fill)
        return kept instanceof Promise ? kept.then(note) : note(kept)
      },
      invalidate: (keys, tags) => {
        for (const key of keys) this.remove(key)
        return store.invalidate(keys, tags)
      },
    }
  }

  remove(key: string): void {
    this.#set(this.#origin.row(key), 0)
  }

  #set(row: Row, bytes: number): void {
    this.#entries += Number(bytes > 0) - Number(row.keptBytes > 0)
    this.#bytes += bytes - row.keptBytes
    row.keptBytes = bytes
    this.peakEntries = Math.max(this.peakEntries, this.#entries)
    this.peakBytes = Math.max(this.peakBytes, this.#bytes)
  }
}
