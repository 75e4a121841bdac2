import type { Entry } from '../entry.ts'
import type { ReadResult } from '../read-result.ts'
import type { Runtime } from './runtime.ts'
import type { Epochs } from './store.ts'

/** How a cache reads. One file per strategy, in `strategies/`. */
export interface ReadStrategy {
  readonly name: string
  readonly guarantee: ReadGuarantee
  /** How long things last. `undefined`: nothing is kept, and the cache never asked. */
  readonly lifetime: Lifetime | undefined
  /** How an entry that a read found may be served, if at all. `now` is the latest the store's time can be. */
  judge(entry: Entry, now: number): 'hit' | 'stale' | undefined
  /** What a read does that found nothing to serve. Runs once for all callers in the process that may share it. */
  onMiss<T>(slot: KeyRead<T>): Promise<ReadResult<T>>
}

/** One key as one read sees it: the guarded protocol in the verbs that read strategies are written in. */
export interface KeyRead<T> {
  readonly key: string
  readonly runtime: Runtime
  /**
   * Asks for the lease, the right to fill: granted, or held by somebody else, or no longer needed,
   * since an entry that may be served has come meanwhile.
   */
  acquire(): Promise<AcquireResult<T>>
  /** Loads under the lease that was granted, and fills. After a refused fill, too, the answer is what was loaded. */
  loadAndFill(): Promise<ReadResult<T>>
  /** Loads and keeps nothing: for readers without a lease. */
  load(): Promise<ReadResult<T>>
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
  write<T, R>(change: Change<T, R>, commit: () => Promise<R>, cache: Writer<T>): Promise<R>
}

/** The entries as a write sees them: the verbs that write strategies are written in. */
export interface Writer<T> {
  /**
   * Takes the lease on a key, whoever had it. `undefined` when the claim got no answer, or when nothing is ever kept:
   * then there is only invalidating.
   *
   * @param entryTags the tags the entry itself carries.
   */
  claim(key: string, entryTags: readonly string[]): Promise<Claim | undefined>
  /** Keeps the new value, if there is one, under a claim. False: refused, since another write or reader came between. */
  fill(claim: Claim, newValue: () => T | undefined): Promise<boolean>
  /** Drops entries and leases, and gives each tag a new epoch. False: that is owed, since it may not have arrived. */
  invalidate(keys: readonly string[], tags: readonly string[]): Promise<boolean>
}

/** A lease that a writer took. */
export interface Claim {
  readonly key: string
  readonly token: string
  readonly epochs: Epochs
  /** Store time before the transaction: the new value's age counts from there. */
  readonly takenAt: number
}

export interface ReadGuarantee {
  /** For how long after its load began a value may be served from the cache while nobody invalidates it, in milliseconds. */
  readonly staleForAtMostMs: number
  /** How many loads the expiry of one key costs, over all processes, while no write voids the lease and its holder lives. */
  readonly loadsPerExpiry: 'one per read' | 'one at a time per process' | 'one'
}

export interface WriteGuarantee {
  /** No read that begins after a write was acknowledged returns an older value, in any process. */
  readonly readAfterWrite: boolean
  /** Whether a write that was acknowledged may be lost. */
  readonly mayLoseWrites: boolean
}

/** How long things last, in milliseconds. */
export interface Lifetime {
  readonly ttlMs: number
  readonly absentTtlMs: number
  /** Fraction of a TTL taken off at random, 0 to 1. */
  readonly jitter: number
  readonly leaseMs: number
}

/** What a write touches. */
export interface Change<T, R> {
  /**
   * The entries whose values change. As a function of the commit's result for keys that only the commit makes known
   * (a new row's id): these are invalidated, never filled. A commit that happened but whose answer was lost makes none
   * known; then only an outbox voids them, or their TTL.
   */
  readonly keys: readonly string[] | ((result: R) => readonly string[])
  /** Tags whose entries change in ways not known here (lists, pages). Default none. */
  readonly tags?: readonly string[]
  /**
   * The tags that the entries under `keys` carry themselves, as given to `read`: without them, what a write fills is a miss
   * for readers who give tags. Default none.
   */
  readonly entryTags?: readonly string[]
  /**
   * A key's new value, for strategies that fill on write; `undefined` invalidates.
   * Default: the commit's result when there is one key, and `undefined` when there are several.
   */
  readonly value?: (result: R, key: string) => T | undefined
  /**
   * Called with the commit's result, before the write is acknowledged, once the store has confirmed all that the write voids
   * or fills. Not called for a write that failed, nor where anything is owed. For an outbox, whose row is then delivered.
   */
  readonly delivered?: (result: R) => void
}
