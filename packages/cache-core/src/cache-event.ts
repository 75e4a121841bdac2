import type { Outcome } from './read-result.ts'

/** An event in a cache, passed to the listener for its type in `CacheOptions.on`. Times are in milliseconds. */
export type CacheEvent =
  /** A read was answered. */
  | { readonly type: 'read'; readonly key: string; readonly outcome: Outcome; readonly durationMs: number }
  /** A load has ended, for a read or a background refresh. `error`: the load's error, or `LOAD_TIMEOUT`. */
  | { readonly type: 'load'; readonly key: string; readonly durationMs: number; readonly error?: unknown }
  /** A fill was kept or refused. `CacheStats.refusedFills` lists the reasons. */
  | { readonly type: 'fill'; readonly key: string; readonly isKept: boolean }
  /** A loaded or written value can't be kept. `error`: `ENCODE_FAILED`, or the error of a write's `value` function. */
  | { readonly type: 'notKept'; readonly key: string; readonly error: unknown }
  /**
   * A background refresh starts. `finished` resolves to whether it loaded (false: another process is refreshing), and rejects
   * if the refresh fails. `close` waits for `finished`.
   */
  | { readonly type: 'refresh'; readonly key: string; readonly finished: Promise<boolean> }
  /** Keys and tags were invalidated, by `invalidate` or by a write. `isConfirmed: false`: still pending. */
  | {
      readonly type: 'invalidate'
      readonly keys: readonly string[]
      readonly tags: readonly string[]
      readonly isConfirmed: boolean
    }
  | { readonly type: 'invalidateAll'; readonly isConfirmed: boolean }

/** Listeners by the type of the event. An event without a listener is never created. */
export type CacheListeners = {
  readonly [Type in CacheEvent['type']]?: (event: Extract<CacheEvent, { readonly type: Type }>) => void
}
