/** Counts the entries a store holds, and their bytes, by watching what is filled, voided and evicted. */
import type { Store } from 'cache-core'

export class KeptEntries {
  readonly #bytes = new Map<string, number>()
  #totalBytes = 0
  peakEntries = 0
  peakBytes = 0

  /** @param bytesOf what an entry takes, given its key and the length of its stored form. */
  watch(store: Store, bytesOf: (key: string, entryLength: number) => number): Store {
    return {
      ...store,
      fill: (key, fill) => {
        const note = (isKept: boolean) => {
          if (isKept) this.#add(key, bytesOf(key, fill.entry.length))
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
    const bytes = this.#bytes.get(key)
    if (bytes === undefined) return
    this.#totalBytes -= bytes
    this.#bytes.delete(key)
  }

  #add(key: string, bytes: number): void {
    this.#totalBytes += bytes - (this.#bytes.get(key) ?? 0)
    this.#bytes.set(key, bytes)
    if (this.#bytes.size > this.peakEntries) this.peakEntries = this.#bytes.size
    if (this.#totalBytes > this.peakBytes) this.peakBytes = this.#totalBytes
  }
}
