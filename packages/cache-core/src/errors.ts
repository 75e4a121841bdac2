/** All error codes: a closed list, so that callers can switch over it. */
export type CacheErrorCode =
  /** An option or argument is invalid. Thrown at construction, or before the call has any effect. */
  | 'BAD_OPTION'
  /** The store timed out, refused, or is known to be unavailable. Reads bypass it. */
  | 'STORE_UNAVAILABLE'
  /** The server doesn't know a command, or refuses it to this user. The message names the command and the remedy. */
  | 'COMMAND_REFUSED'
  /** The codec can't encode a value without loss. Reads still return the value, and report this. */
  | 'ENCODE_FAILED'
  /** A load, or a read's wait for the load of another reader, took longer than its `loadTimeoutMs`. */
  | 'LOAD_TIMEOUT'
  /** A load would wait for itself: it reads its own key on the same store, directly or through other loads. */
  | 'LOAD_CYCLE'
  /** Write-behind: the queue is unavailable or has not passed on earlier writes in time. Nothing was queued or committed. */
  | 'WRITE_REFUSED'
  /**
   * Write-behind: a write got no answer from the queue. It may be queued, and then reaches the database. Or it is in the database, and
   * an earlier write of a key that its function `keys` returned is queued, and will replace it.
   */
  | 'WRITE_UNKNOWN'

/**
 * The only error class of this library. `cause` holds the underlying error, `key` the entry concerned.
 *
 * @example
 * ```ts
 * import { CacheError } from 'cache-core'
 *
 * try {
 *   await cache.read('post:42', () => db.findPost(42), { loadTimeoutMs: 500 })
 * } catch (error) {
 *   if (!(error instanceof CacheError && error.code === 'LOAD_TIMEOUT')) throw error
 * }
 * ```
 */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: CacheErrorCode
  readonly key: string | undefined

  constructor(code: CacheErrorCode, message: string, details: { key?: string; cause?: unknown } = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.key = details.key
  }
}

/** Whether a load would have waited for itself. */
export function isLoadCycle(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'LOAD_CYCLE'
}

/** Whether a store is unavailable. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'STORE_UNAVAILABLE'
}

/**
 * The cache's own store is unavailable. A load may fail with `STORE_UNAVAILABLE` of another store: that is a failed load.
 */
export class StoreAway extends CacheError {
  constructor({ message, key, cause }: CacheError) {
    super('STORE_UNAVAILABLE', message, { ...(key !== undefined && { key }), cause })
  }

  /** Converts `STORE_UNAVAILABLE` of the cache's own store; returns any other failure as it is. */
  static of(failure: unknown): unknown {
    return isUnavailable(failure) ? new StoreAway(failure as CacheError) : failure
  }
}

/** Whether the failure is a mistake in the code, which a stale value must not hide. */
export function isMistake(failure: unknown): boolean {
  return failure instanceof CacheError && (failure.code === 'BAD_OPTION' || failure.code === 'LOAD_CYCLE')
}

/** Whether the cache's own store is unavailable. Such a read bypasses it. */
export function isStoreAway(failure: unknown): boolean {
  return failure instanceof StoreAway
}

/** Wraps a listener so that its errors, thrown or rejected, are ignored. */
export function swallowing<A extends unknown[]>(listener: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      const answer = listener(...args)
      if (answer instanceof Promise) answer.catch(() => {})
    } catch {}
  }
}

/** An error's message. A connection tried at several addresses fails with one error for each, and no message. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const first = error instanceof AggregateError ? error.errors[0] : undefined
  return error.message || (first === undefined ? error.name : messageOf(first))
}
