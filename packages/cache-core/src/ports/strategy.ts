import type { Entry } from '../entry.ts'
import type { ReadResult } from '../read-result.ts'
import type { Runtime } from './runtime.ts'
import type { Epochs, ReadAfterWriteOf } from './store.ts'

/** How a cache reads. One file per strategy, in `strategies/`. */
export type ReadStrategy = CachingStrategy | UncachedStrategy

/** A read strategy that keeps what it loads. */
export interface CachingStrategy {
  readonly name: string
  readonly guarantee: ReadGuarantee
  readonly lifetime: Lifetime
  /** Whether an entry whose tags are current is an answer. On the path of every hit: synchronous, without side effects. */
  evaluate(entry: Entry, look: Look): Verdict
  /** What a read does that found no answer. Runs once for all callers in the process that may share it. */
  onMiss<T>(read: KeyRead<T>): Promise<ReadResult<T>>
}

/** A read strategy that keeps nothing: the store is never asked, each read loads. */
export interface UncachedStrategy {
  readonly name: string
  readonly guarantee: ReadGuarantee
  readonly lifetime: undefined
}

/**
 * - `serve`: the entry is the answer.
 * - `refresh`: the entry is the answer, and a new value is loaded behind it.
 * - `miss`: the reader waits for a load.
 */
export type Verdict = 'serve' | 'refresh' | 'miss'

/** What a strategy knows when it evaluates an entry. */
export interface Look {
  readonly key: string
  readonly runtime: Runtime
  /** The latest that the store's time can be, in milliseconds. */
  readonly now: number
}

/** One key as one read sees it: the guarded protocol in the verbs that read strategies are written in. */
export interface KeyRead<T> extends Look {
  /**
   * Asks for the lease, the right to fill: granted, or held by another reader or writer, or no longer needed,
   * since an entry that is an answer has come meanwhile.
   */
  acquire(): Promise<AcquireResult<T>>
  /** Loads under the lease that was granted, and fills. After a refused fill, too, the answer is what was loaded. */
  loadAndFill(): Promise<ReadResult<T>>
  /** Loads and keeps nothing: for readers without a lease. */
  load(): Promise<ReadResult<T>>
  /**
   * The entry that was last found and evaluated as a miss, served all the same; `undefined` where none was found whose tags
   * were current. Its `ttlMs` (negative once expired) is as of this call, so a limit checked on it is checked when serving.
   */
  found(): ReadResult<T> | undefined
}

/** The answer to asking for the lease. */
export type AcquireResult<T> =
  | { readonly kind: 'granted' }
  | { readonly kind: 'entry'; readonly answer: ReadResult<T> }
  | { readonly kind: 'held'; readonly endsInMs: number }

/** How a cache treats a write of what it holds. One file per strategy, in `strategies/`. */
export interface WriteStrategy {
  readonly name: string
  readonly guarantee: WriteGuarantee
  /** Runs `commit`, the database's transaction, and does what the entries it touches need, before and after. */
  write<T, R>(change: Change<T, R>, commit: () => Promise<R>, cache: Writer<T>): Promise<WriteResult<R>>
}

/** What a write came to. */
export interface WriteResult<R> {
  /** What `commit` resolved to. */
  readonly result: R
  /** What holds the write now: the database, or what a write-behind queue could confirm. */
  readonly ack: 'database' | 'memory' | 'replicated' | 'fsynced'
  /**
   * Whether the store has confirmed all that the write invalidates or fills. Otherwise that is still pending in this
   * process, and other processes may read older values until it, or an outbox's relay, has delivered it.
   */
  readonly isConfirmed: boolean
}

/** The entries as a write sees them: the verbs that write strategies are written in. */
export interface Writer<T> {
  /**
   * Takes the lease on each key, even from another holder. Resolves once the store has answered all: from then on no read under way
   * can fill.
   *
   * @param entryTags the tags the entries themselves carry.
   */
  claim(keys: readonly string[], entryTags: readonly string[]): Promise<readonly Claim[]>
  /**
   * Keeps the new value under a claim. What can't be kept is invalidated: no claim, no value, a value that can't be made or
   * encoded, or another write or reader came between. True once the store has confirmed either.
   */
  fillOrInvalidate(claim: Claim, newValue: () => T | undefined): Promise<boolean>
  /** Drops entries and leases, and gives each tag a new epoch. False: that is pending, since it may not have arrived. */
  invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean>
}

/** A lease that a writer took, or asked for. */
export interface Claim {
  readonly key: string
  /** `undefined`: the claim got no answer, so nothing may be filled under it. */
  readonly lease: { readonly token: string; readonly epochs: Epochs } | undefined
  /** Store time before the transaction: the new value's age counts from there. */
  readonly takenAt: number
}

export interface ReadGuarantee {
  /** For how long after its load began a value may be served from the cache while no write invalidates it, in milliseconds. */
  readonly staleForAtMostMs: number
  readonly loadsPerExpiry: LoadsPerExpiry
}

/**
 * How many loads the expiry of one key costs, over all processes, while no write revokes the lease, its holder lives, and its
 * load succeeds before those who wait for it give up waiting (`waitMs`).
 *
 * - `per: 'read'`: each read loads. `per: 'process'`: each process runs so many at once. `per: 'expiry'`: so many in all.
 * - `expected`: the mean over many expiries, where chance decides.
 */
export type LoadsPerExpiry =
  | { readonly atMost: number; readonly per: 'expiry' | 'process' | 'read' }
  | { readonly expected: number; readonly per: 'expiry' }

export interface WriteGuarantee {
  readonly readAfterWriteOf: ReadAfterWriteOf
  /** Whether a write that was acknowledged may be lost. */
  readonly mayLoseWrites: boolean
}

/** How long things last, in milliseconds. */
export interface Lifetime {
  readonly ttlMs: number
  readonly absentTtlMs: number
  /** How much longer than its TTL an entry is kept, for strategies that may still serve it. */
  readonly staleMs: number
  /** Fraction of a TTL taken off at random, 0 to 1. */
  readonly jitter: number
  readonly leaseMs: number
}

/** What a write touches. */
export interface Change<T, R> {
  /**
   * The entries whose values change. As a function of the commit's result for keys that only the commit makes known
   * (a new row's id): these are invalidated, never filled. If the commit happened but its answer was lost, they are not
   * known; then only an outbox invalidates them, or their TTL ends.
   */
  readonly keys: readonly string[] | ((result: R) => readonly string[])
  /**
   * Tags whose entries change in ways not known here (lists, pages). As a function of the commit's result where only the
   * commit tells (the category that a row was in before); if its answer was lost, the same holds as for `keys`. Default none.
   */
  readonly tags?: readonly string[] | ((result: R) => readonly string[])
  /**
   * The tags that the entries under `keys` carry themselves, as given to `read`: without them, what a write fills is a miss
   * for readers who give tags. Default none.
   */
  readonly entryTags?: readonly string[]
  /**
   * A key's new value, for strategies that fill on write. Without it, or where it returns `undefined`, the key is
   * invalidated: what `commit` resolves to is never taken for the value.
   */
  readonly value?: (result: R, key: string) => T | undefined
}
