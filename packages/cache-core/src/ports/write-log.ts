import type { Awaitable } from './store.ts'

/** What a cache asks of a queue of writes when it reads. */
export interface Backlog {
  /**
   * The last write of a key that may not be in the database yet. **Ask it before the database**: a write leaves it only after its
   * commit there, so that one of the two has it.
   */
  newest(key: string): Awaitable<PendingWrite | undefined>
}

export interface PendingWrite {
  readonly id: string
  /** The entry with the value that the write leaves, or an absent one after a deletion. */
  readonly entry: Buffer
}

/** A queue of writes between the cache and the database, in order for each key. `redisWriteLog` makes one. */
export interface WriteLog extends Backlog {
  /** The writes of a key are all in one bucket, in the order of their ids. Buckets are numbered from 0. */
  readonly buckets: number
  /**
   * Queues a write, keeps its entry and revokes the lease, all at one moment, if its basis still holds.
   *
   * @throws CacheError `WRITE_UNKNOWN` if that got no answer, so that it may be queued
   */
  append(key: string, write: QueuedWrite): Promise<Appended>
  /**
   * Runs a write that goes to the database directly: after the queued writes of its keys, while no other one can be queued for them.
   * If its outcome is unknown or not confirmed, nothing is queued for them for another 30 s.
   *
   * @param keys a function of what `write` resolved to, for the keys of new rows. Such a write waits for nothing before its commit.
   * @throws CacheError `WRITE_REFUSED` if the queue is unavailable, or has not passed these keys on in time; `WRITE_UNKNOWN` if a write
   *   of a key from the function was queued before; the errors of `write`
   */
  inTurn<W extends { readonly isConfirmed: boolean }>(
    keys: readonly string[] | ((written: W) => readonly string[]),
    write: () => Promise<W>,
  ): Promise<W>
  /**
   * Resolves once all writes that are queued now are in the database, and the tags of lists that they change are invalidated.
   *
   * @throws CacheError `WRITE_REFUSED` after `withinMs` milliseconds, `STORE_UNAVAILABLE`
   */
  drained(withinMs: number): Promise<void>
  lag(): Promise<QueueLag>

  /** Calls `listener` when this process has queued a write, until the returned function is called. */
  onQueued(listener: () => void): () => void

  /**
   * For a flusher: the oldest writes of a bucket that nobody else works on. First those that another flusher took, and has not
   * finished within `takeOverAfterMs`.
   */
  take(bucket: number, request: TakeRequest): Promise<readonly TakenWrite[]>
  /** A flusher stops: others need not wait to take over what it has taken and not finished. */
  giveBack(bucket: number, consumer: string): Promise<void>
  /** Removes writes that are in the database. A key whose newest write is another one stays pending. */
  done(bucket: number, writes: readonly TakenWrite[]): Promise<void>
  /** Moves a write that the database refuses to the dead letters. If it is its key's newest, the key's entry is invalidated. */
  bury(bucket: number, write: TakenWrite, reason: string): Promise<void>
}

/** A write to be queued. */
export interface QueuedWrite {
  /** What the value was foreseen from. If that has changed, nothing is queued. */
  readonly basis: Basis
  /** JSON, for the flusher's `apply`. */
  readonly command: unknown
  /** The entry with the new value, or an absent one after a deletion. */
  readonly entry: Buffer
  /** In the store's time: until when the entry is kept. 0: it is not kept, only found in the backlog. */
  readonly expiresAt: number
  /** To be invalidated once the write is in the database. */
  readonly tags: readonly string[]
}

/** Shows that no write has come between: an entry or a pending write that is still the same, or a lease that is still held. */
export type Basis =
  | { readonly kind: 'entry'; readonly identity: Buffer }
  | { readonly kind: 'pending'; readonly id: string }
  | { readonly kind: 'lease'; readonly token: string }

/** How far a write got before it was acknowledged. */
export type WriteAck = 'database' | 'memory' | 'replicated' | 'fsynced'

export type Appended =
  | { readonly kind: 'queued'; readonly id: string; readonly ack: Exclude<WriteAck, 'database'> }
  /** Another write came between: foresee again. */
  | { readonly kind: 'changed' }
  /** Nothing is queued, nor will be: the queue is full, not safe on this server or unavailable, or a direct write is under way. */
  | { readonly kind: 'refused' }

export interface TakeRequest {
  /** Names the flusher. */
  readonly consumer: string
  readonly count: number
  readonly takeOverAfterMs: number
}

/** A write as a flusher gets it. */
export interface TakenWrite {
  readonly key: string
  /** Larger than the ids of all earlier writes of the key: two whole numbers, `1764178394000-0`. Compare both as numbers. */
  readonly id: string
  readonly command: unknown
  readonly tags: readonly string[]
}

export interface QueueLag {
  /** Writes that are not in the database yet. */
  readonly queued: number
  /** Their size in bytes, about. */
  readonly bytes: number
  /** Age of the oldest, in milliseconds. 0: there is none. */
  readonly oldestMs: number
  /** Writes among the dead letters. */
  readonly dead: number
}
