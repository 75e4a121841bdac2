import type { Runtime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { QueueLag, TakenWrite, WriteLog } from './ports/write-log.ts'

/** A queued write, for the database. */
export type FlushedWrite = Pick<TakenWrite, 'key' | 'id' | 'command'>

export interface FlusherOptions {
  /** The queue: `redisWriteLog`. Several flushers, in several processes, may work on it. */
  readonly log: WriteLog
  /** The cache's store, to invalidate the tags of lists after each commit. */
  readonly store: Pick<Store, 'invalidate'>
  /**
   * Carries out these writes **in one transaction**, at most one of each key. It may be called again with the same writes, even after
   * newer ones of the same key: each row keeps the id of its last write, and a write with an id that is not larger changes nothing.
   * It must never insert a row that is gone. If it throws, nothing was committed, and it is called again.
   */
  readonly apply: (writes: readonly FlushedWrite[]) => Promise<void>
  /** How often to look for writes. Milliseconds, 1 to 2_147_483_647. Default 50. */
  readonly pollMs?: number
  /** The most writes in one call of `apply`. Default 500. */
  readonly batch?: number
  /** Called when flushing begins to fail, with the cause. It is tried again until it succeeds. */
  readonly onFailing?: (error: unknown) => void
  /** Called when it succeeds again. */
  readonly onFlushing?: () => void
  /** Called for each write that the database refuses while others succeed, and that was therefore moved to the dead letters. */
  readonly onDead?: (write: FlushedWrite, error: unknown) => void
  /** Default the process's own. */
  readonly runtime?: Pick<Runtime, 'every' | 'now' | 'sleep'>
}

/** Passes queued writes on to the database. */
export interface Flusher {
  start(): void
  lag(): Promise<QueueLag>
  /** Passes on what is queued, until the queue is empty or `withinMs` milliseconds have passed, then stops. Never rejects. */
  close(withinMs?: number): Promise<void>
}

export declare function createFlusher(options: FlusherOptions): Flusher
