import type { Entry } from '../entry.ts'
import type { ReadResult } from '../read-result.ts'
import type { Runtime } from './runtime.ts'
import type { Epochs, ReadAfterWriteOf } from './store.ts'
import type { Backlog, Basis, QueuedWrite, WriteAck } from './write-log.ts'

/** How a cache reads. One file per strategy, in `strategies/`. */
export type ReadStrategy = CachingStrategy | UncachedStrategy

/** A read strategy that keeps what it loads. */
export interface CachingStrategy {
  readonly name: string
  readonly guarantee: ReadGuarantee
  readonly lifetime: Lifetime
  /** Whether an entry whose tags are current is an answer. On the path of every hit: synchronous, without side effects. */
  evaluate(entry: Entry, look: Look): Verdict
  /** Runs when a read found no answer, once for all callers in the process that may share it. */
  onMiss<T>(read: KeyRead<T>): Promise<ReadResult<T>>
}

/** A read strategy that keeps nothing: it never asks the store, and each read loads. */
export interface UncachedStrategy {
  readonly name: string
  readonly guarantee: ReadGuarantee
  readonly lifetime: undefined
}

/**
 * - `serve`: the entry is the answer.
 * - `refresh`: the entry is the answer, and a background refresh starts.
 * - `miss`: the reader waits for a load.
 */
export type Verdict = 'serve' | 'refresh' | 'miss'

/** The context in which a strategy evaluates an entry. */
export interface Look {
  readonly key: string
  readonly runtime: Runtime
  /** The latest that the store's time can be, in milliseconds. */
  readonly now: number
}

/** One read of one key: the guarded operations that read strategies are built from. */
export interface KeyRead<T> extends Look {
  /**
   * Asks for the lease, the right to fill: granted, or held by another reader or writer, or not needed, since a usable entry
   * has arrived meanwhile.
   */
  acquire(): Promise<AcquireResult<T>>
  /**
   * After `held`: waits until it is worth asking for the lease again. That is when the store tells that the lease has ended, after a
   * random interval (10 to 20 ms; 250 to 500 ms if the store is expected to tell), or after `atMostMs`.
   *
   * @throws CacheError `LOAD_TIMEOUT` once all waits of this read have taken its `loadTimeoutMs`.
   */
  waitForLease(atMostMs: number): Promise<void>
  /** Loads under the granted lease, and fills. Returns the loaded value even if the fill is refused. */
  loadAndFill(): Promise<ReadResult<T>>
  /** Loads and keeps nothing: for readers without a lease. */
  load(): Promise<ReadResult<T>>
  /**
   * Serves the entry that was last found and evaluated as a miss; `undefined` if none with current tags was found. Its `ttlMs`
   * (negative once expired) is as of this call, so a limit checked on it is checked when serving.
   */
  found(): ReadResult<T> | undefined
}

/** The answer to asking for the lease. */
export type AcquireResult<T> =
  | { readonly kind: 'granted' }
  | { readonly kind: 'entry'; readonly answer: ReadResult<T> }
  | { readonly kind: 'held'; readonly endsInMs: number }

/** How a cache treats a write to its values. One file per strategy, in `strategies/`. */
export interface WriteStrategy {
  readonly name: string
  readonly guarantee: WriteGuarantee
  /** Writes that the database does not have yet. Each load asks it first. Default: there are none. */
  readonly backlog?: Backlog
  /** Runs `commit`, the database transaction, and updates the affected entries before and after it. */
  write<T, R>(change: Change<T, R>, commit: () => Promise<R>, cache: Writer<T>): Promise<WriteResult<R>>
}

/** The result of a write. */
export interface WriteResult<R> {
  /** What `commit` resolved to. */
  readonly result: R
  /** Where the write is now: in the database, or as far as a write-behind queue could confirm. */
  readonly ack: WriteAck
  /**
   * Whether the store has confirmed all invalidations and fills of the write. If not, they are pending in this process, and
   * other processes may read older values until this process or an outbox's relay delivers them.
   */
  readonly isConfirmed: boolean
}

/** A write's operations on entries: write strategies are built from them. */
export interface Writer<T> {
  /**
   * Takes the lease on each key, even from another holder. Resolves once the store has answered all: after that, no running read
   * can fill.
   *
   * @param entryTags the tags that the entries carry.
   */
  claim(keys: readonly string[], entryTags: readonly string[]): Promise<readonly Claim[]>
  /**
   * Keeps the new value under a claim. Invalidates the key instead if there is no claim or no value, if the value can't be made
   * or encoded (which is reported), or if another write or reader intervened. True: the store has confirmed it.
   */
  fillOrInvalidate(claim: Claim, newValue: () => T | undefined): Promise<boolean>
  /** Releases claims after a commit that changed nothing: the entries stay, and readers may fill again. */
  release(claims: readonly Claim[]): Promise<void>
  /** Drops entries and leases, and gives each tag a new epoch. False: that is pending, since it may not have arrived. */
  invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean>
  /**
   * The value of a key before a write, and what shows that it is still the value: its entry, the newest write in `backlog`, or a lease
   * under which `load` has read the database. `undefined`: the store or the backlog can't tell. Release it if nothing is queued.
   *
   * @throws the error of `load`
   */
  before(
    key: string,
    entryTags: readonly string[],
    backlog: Backlog,
    load: () => Promise<T | undefined>,
  ): Promise<Before<T> | undefined>
  /**
   * The entry for a key's foreseen value. `undefined`: the value can't be encoded, which is reported.
   */
  entryAfter(before: Before<T>, value: T | undefined): Pick<QueuedWrite, 'entry' | 'expiresAt'> | undefined
}

/** A key's value before a write. */
export interface Before<T> extends Claim {
  readonly value: T | undefined
  readonly basis: Basis
  /** Of the tags that its entry carries. */
  readonly epochs: Epochs
}

/** A lease that a writer took, or asked for. */
export interface Claim {
  readonly key: string
  /** `undefined`: the claim got no answer, so nothing may be filled under it. */
  readonly lease: { readonly token: string; readonly epochs: Epochs } | undefined
  /** Load time of the entry that was under the key, in milliseconds: 0 if there was none. */
  readonly loadMs: number
  /** Store time before the transaction. The new value's age counts from here. */
  readonly takenAt: number
}

export interface ReadGuarantee {
  /** Maximum age of a cached value that no write invalidates, in milliseconds since its load began. */
  readonly staleForAtMostMs: number
  readonly loadsPerExpiry: LoadsPerExpiry
}

/**
 * Loads per expiry of one key, across all processes that share the store. The number holds while no write revokes the
 * lease, the lease's holder is alive, and its load succeeds before the waiters give up (`waitMs`).
 *
 * - `per: 'read'`: each read loads. `per: 'process'`: `atMost` at the same time in each process. `per: 'expiry'`: `atMost` in all.
 * - `expected`: the mean over many expiries, for a strategy that decides at random.
 */
export type LoadsPerExpiry =
  | { readonly atMost: number; readonly per: 'expiry' | 'process' | 'read' }
  | { readonly expected: number; readonly per: 'expiry' }

export interface WriteGuarantee {
  readonly readAfterWriteOf: ReadAfterWriteOf
  /** Whether an acknowledged write may be lost. */
  readonly mayLoseWrites: boolean
}

/** Durations in milliseconds. */
export interface Lifetime {
  readonly ttlMs: number
  readonly absentTtlMs: number
  /** How much longer than its TTL an entry is kept, for strategies that may still serve it. */
  readonly staleMs: number
  /** Largest fraction of the TTL taken off at random, 0 to 1. */
  readonly jitter: number
  readonly leaseMs: number
}

/** What a write touches. */
export interface Change<T, R> {
  /**
   * The entries whose values change. Give a function of the commit's result for keys that are only known after the commit (a
   * new row's id): these are invalidated, never filled. If the commit succeeded but its answer was lost, they are unknown; then
   * only an outbox or their TTL removes them. A returned key that is not well-formed text is left out, with a warning.
   * With `writeBehind` a function is for new rows only: the write does not wait for queued writes of these keys.
   */
  readonly keys: readonly string[] | ((result: R) => readonly string[])
  /**
   * Tags whose entries change in ways not known here (lists, pages). Give a function of the commit's result for tags that are
   * only known after it (the category that a row was in before). A lost answer has the same effect as for `keys`. Default none.
   */
  readonly tags?: readonly string[] | ((result: R) => readonly string[])
  /**
   * The tags that the entries under `keys` carry, as given to `read`. Without them, an entry filled by a write is a miss for
   * readers that give tags. Default none.
   */
  readonly entryTags?: readonly string[]
  /**
   * A key's new value, for strategies that fill on write. Without it, or if it returns `undefined`, the key is invalidated. The
   * result of `commit` is never taken as the value.
   */
  readonly value?: (result: R, key: string) => T | undefined
  /**
   * Whether the commit changed anything. If not (there is no such row, or a condition failed), nothing is invalidated or filled.
   * Not called for a failed commit, which may have changed something. Default: it did.
   */
  readonly changed?: (result: R) => boolean
  /**
   * For write-behind, with exactly one key: how to foresee the outcome, so that the database can follow later. Without it, `commit`
   * runs now.
   */
  readonly deferred?: Deferred<T, R>
}

/** A write whose outcome can be foreseen from the value before it. */
export interface Deferred<T, R> {
  /** Reads the key's value from the database, where it is neither cached nor pending. `undefined`: there is none. */
  load(): Promise<T | undefined>
  /**
   * What the write does to `before`; `undefined`: only the database can say, so `commit` runs. Called again if another write comes
   * between: it must have no other effect.
   */
  foresee(before: T | undefined): Foreseen<T, R> | undefined
}

/** The foreseen outcome of a write. */
export interface Foreseen<T, R> {
  /** What `commit` would resolve to. */
  readonly result: R
  /** The key's new value, with the version that the database will store. `undefined`: there is none any more. */
  readonly value: T | undefined
  /**
   * JSON, for the flusher's `apply`. It must give the whole new value, not a difference: of several queued writes to a key, only the
   * last one may be applied.
   */
  readonly command: unknown
}
