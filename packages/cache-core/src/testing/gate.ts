/** A point in a scripted race where a caller waits until the script lets it continue. */
export interface Gate {
  /** Resolves once the gate is open. */
  readonly opened: Promise<void>
  /** Resolves once a caller waits at the gate. */
  readonly reached: Promise<void>
  /** Called by the waiting caller. */
  pass(): Promise<void>
  open(): void
}

/**
 * @example
 * ```ts
 * import { gate } from 'cache-core/testing'
 *
 * const loaded = gate()
 * const slow = cache.read('post:42', async () => {
 *   const post = await db.findPost(42)
 *   await loaded.pass() // waits here
 *   return post
 * })
 * await loaded.reached // the load has read the row
 * await cache.write({ keys: ['post:42'] }, () => db.renamePost(42, 'New title'))
 * loaded.open()
 * await slow // its fill is refused
 * ```
 */
export function gate(): Gate {
  const opened = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  return {
    opened: opened.promise,
    reached: reached.promise,
    open: opened.resolve,
    pass() {
      reached.resolve()
      return opened.promise
    },
  }
}
