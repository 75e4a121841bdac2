/**
 * At most one read is under way, and one waits for it to end. A caller shares the one that has not begun yet, so that it gets what
 * was true after it asked.
 */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<T> | undefined
  return () => {
    waiting ??= last.then(() => {
      waiting = undefined
      const reading = read()
      last = reading.catch(() => {})
      return reading
    })
    return waiting
  }
}
