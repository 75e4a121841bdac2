import type { Store } from './store.ts'

/** Where a store hears of changes made by others. An outbox is one: `createOutbox` in `cache-core/postgres`. */
export interface InvalidationSource {
  /** From now on, what others changed is invalidated in `target` too. A store that is given the source does this itself. */
  attach(target: InvalidationTarget): Attachment
}

/** A store, or what stands before it, as a source sees it. */
export interface InvalidationTarget extends Pick<Store, 'invalidate' | 'invalidateAll'> {
  /**
   * Which server has the entries, and since which start of it: another text after a restart or a failover. Rejects when
   * the server can't be asked. Absent where the entries are this process's own, and there were none before.
   */
  serverRun?(): Promise<string>
}

export interface Attachment {
  /**
   * Invalidates what was changed while the server was not to be reached, or what it may have lost: before a store is used
   * for the first time, after an outage, and on a new connection. Rejects unless all of it was acknowledged.
   */
  catchUp(): Promise<void>
  /** Ends it, for a store that closes. Nothing waits for its acknowledgement any more. */
  detach(): void
}
