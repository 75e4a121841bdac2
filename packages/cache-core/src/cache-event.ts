import type { Outcome } from './read-result.ts'

/** What happens in a cache, as it happens: `CacheOptions.onEvent`. Times are in milliseconds. */
export type CacheEvent =
  /** A read was answered. */
  | { readonly type: 'read'; readonly key: string; readonly outcome: Outcome; readonly durationMs: number }
  /** A read, or the refresh behind one, has asked the origin. `error`: what the load threw, or `LOAD_TIMEOUT`. */
  | { readonly type: 'load'; readonly key: string; readonly durationMs: number; readonly error?: unknown }
  /** A value was kept, or refused: `CacheStats.refusedFills` says why. */
  | { readonly type: 'fill'; readonly key: string; readonly isKept: boolean }
  /**
   * A refresh begins behind an answer. `finished` resolves to whether it loaded (not, if another process is at it), and
   * rejects with what made it fail. It is waited for by `close`.
   */
  | { readonly type: 'refresh'; readonly key: string; readonly finished: Promise<boolean> }
  /** Keys and tags were invalidated, by `invalidate` or by a write. `isConfirmed`: not pending. */
  | {
      readonly type: 'invalidate'
      readonly keys: readonly string[]
      readonly tags: readonly string[]
      readonly isConfirmed: boolean
    }
  | { readonly type: 'invalidate-all'; readonly isConfirmed: boolean }
