import type { Store } from './store.ts'

/** Reports out-of-band changes to a store. An outbox is one: `createOutbox` in `cache-core/postgres`. */
export interface InvalidationSource {
  /** From now on, `target` gets the invalidations too. A store that is built with a source attaches itself. */
  attach(target: InvalidationTarget): Attachment
}

/** The part of a store, or of its wrapper, that a source uses. */
export interface InvalidationTarget extends Pick<Store, 'invalidate' | 'invalidateAll'> {
  /**
   * Identifies the server with the entries and its last start: differs after a restart or a failover. Rejects if the server is
   * unreachable. Absent if the entries are in this process, which starts with none.
   */
  serverRun?(): Promise<string>
}

export interface Attachment {
  /**
   * Delivers the invalidations made while the server was unreachable, and those that it may have lost. Called before a store is first
   * used, after an outage, and on a new connection. Rejects unless all were acknowledged.
   */
  catchUp(): Promise<void>
  /** For a store that closes: the source no longer waits for its acknowledgements. */
  detach(): void
}
