/**
 * How a reader learns that the lease it waits for has ended, without asking all the time. **A message may be lost**, so the reader
 * also asks again: a message only makes it ask earlier.
 */
export interface LeaseNews {
  /** Whether a message will most likely come, so that the reader may ask at long intervals. */
  readonly isExpected: boolean
  /**
   * Calls `ended` once, when the lease is known to have ended since the answer that these news came with, until the returned
   * function is called.
   */
  listen(ended: () => void): () => void
  /** The reader has found a value without a message. No message is expected until one comes. */
  missed(): void
}

/** Readers that wait for the leases on keys. */
export class LeaseWaiters {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Calls `ended` at the next `wake`, until the returned function is called. */
  add(key: string, ended: () => void): () => void {
    const known = this.#waiting.get(key)
    const waiting = known ?? new Set()
    if (known === undefined) this.#waiting.set(key, waiting)
    waiting.add(ended)
    return () => {
      if (waiting.delete(ended) && waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key)
    }
  }

  wake(key: string): void {
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    for (const ended of waiting) ended()
  }

  wakeAll(): void {
    for (const key of [...this.#waiting.keys()]) this.wake(key)
  }
}
