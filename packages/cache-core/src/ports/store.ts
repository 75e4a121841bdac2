import type { LeaseNews } from './lease-news.ts'

/**
 * Where entries live. A store moves bytes and guards them: **a fill needs a lease, and every write revokes it.**
 * It knows nothing of freshness or of values; `entry.ts` and the strategies do.
 *
 * Methods may answer immediately (memory) or later (Redis); each costs at most one round trip.
 */
export interface Store {
  /** The store's own time, by which entries are dated. */
  readonly clock: StoreClock

  /** Its part in the guarantee of the caches over it. */
  readonly guarantee: StoreGuarantee

  /** The entry's bytes and its tags' epochs, in one round trip. */
  get(key: string, tags: readonly string[]): Awaitable<Lookup>

  /**
   * The same for many keys, in their order, in one round trip per server. Default: a `get` for each. A store that wraps another one and
   * changes its `get` must change this too.
   */
  getMany?(keys: readonly string[], tags: readonly string[]): Awaitable<readonly Lookup[]>

  /**
   * What `get` finds in the memory of this process, without asking a server. `undefined`: `get` would have to ask, or the store is closed.
   * Default: always `undefined`. A store that wraps another one and changes its `get` must change this too.
   */
  peek?(key: string, tags: readonly string[]): Lookup | undefined

  /**
   * Asks for the right to fill. In this order: returns an entry whose identity is not `seen`; answers `held` while another
   * holder's lease is live; otherwise grants the lease. In the same round trip, reads the tags' epochs and creates missing ones.
   */
  acquire(key: string, request: AcquireRequest): Awaitable<Acquired>

  /** A writer takes the lease, even from another holder; the entry stays. Resolves once that is certain. */
  claim(key: string, request: ClaimRequest): Awaitable<Claimed>

  /** Keeps `entry` until `expiresAt` if `token` holds the lease, and ends the lease. False: nothing was kept. */
  fill(key: string, fill: Fill): Awaitable<boolean>

  /** Extends the lease if `token` still holds it. */
  renew(key: string, token: string, leaseMs: number): Awaitable<boolean>

  /** Ends the lease if `token` still holds it, so that others need not wait for it to expire. */
  release(key: string, token: string): Awaitable<void>

  /**
   * Drops entries **and leases** of `keys` and gives each tag a new epoch. Idempotent, and independent of order.
   * Never rejects because the store is unavailable: the store then delivers it before it answers a read.
   * True: done. False: pending, since it may not have arrived.
   */
  invalidate(keys: readonly string[], tags: readonly string[]): Awaitable<boolean>

  /**
   * Drops everything: leases first, then entries, so that no running load can fill afterwards. Answers as `invalidate` does.
   *
   * @throws CacheError `COMMAND_REFUSED` if the store may not use a command that this needs; then nothing is pending.
   */
  invalidateAll(): Awaitable<boolean>

  /** Whether reads use the store now, and if not, why. A store without this method is always used. */
  health?(): StoreHealth

  /**
   * Stops listeners, probes, timers and pending invalidations. After that, its methods fail with `STORE_UNAVAILABLE`, so that
   * reads bypass it, and invalidations answer false. Closing twice is harmless.
   */
  close?(): Promise<void>
}

export interface StoreHealth {
  readonly isUsable: boolean
  /** One sentence with the last failure: why the store isn't usable, or which commands are refused. */
  readonly reason?: string
}

export type Awaitable<T> = T | Promise<T>

/** The reads that have read-after-write: one that begins after a write was acknowledged never returns an older value. */
export type ReadAfterWriteOf = 'keys and tags' | 'keys' | 'none'

export interface StoreGuarantee {
  /** The readers for which it holds: those in every process on the store, or only those in the writer's. */
  readonly where: 'every process' | 'this process'
  /** The strongest that this store allows: `none` for a store without the guard. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  /** Readers in other processes see a write within this many milliseconds. Absent: immediately, if `where` covers them. */
  readonly othersWithinMs?: number
}

/**
 * A bounded view of the store's time in milliseconds since the Unix epoch (Redis) or any fixed start (memory).
 * The true time lies between the two. Uncertainty counts against freshness.
 */
export interface StoreClock {
  earliest(): number
  latest(): number
}

/** Each tag's current epoch, in the order of the requested tags: unique bytes. */
export type Epochs = readonly Buffer[]

export interface Lookup {
  readonly bytes: Buffer | undefined
  /** `undefined` for a tag that has no epoch yet. */
  readonly epochs: readonly (Buffer | undefined)[]
  /** For a store that keeps entries in this process: the same object until the entry is replaced. */
  readonly memo?: Memo
}

/** Where a cache remembers what it decoded from an entry's bytes. Only the cache that wrote it understands it. */
export interface Memo {
  decoded?: unknown
}

/** The epochs of a lookup without tags. */
export const NO_EPOCHS: Lookup['epochs'] = []

export interface AcquireRequest {
  /** Unique per attempt, never per process. */
  readonly token: string
  readonly leaseMs: number
  /** The identity of the bytes that `get` returned, usable or not. Without it, an unusable entry could never be replaced. */
  readonly seen: Buffer | undefined
  readonly tags: readonly string[]
}

export type Acquired =
  | { readonly kind: 'granted'; readonly epochs: Epochs }
  | { readonly kind: 'entry'; readonly bytes: Buffer; readonly epochs: Epochs }
  | {
      readonly kind: 'held'
      readonly endsInMs: number
      /** How to learn that the lease has ended. Absent: only by asking again. */
      readonly news?: LeaseNews
    }

export interface ClaimRequest {
  readonly token: string
  readonly leaseMs: number
  /** The tags that the entry carries; their epochs are returned. */
  readonly tags: readonly string[]
}

/** The answer to a claim. */
export interface ClaimAnswer {
  readonly epochs: Epochs
  /** The first bytes under the key: the header, if it is an entry. Absent: there is nothing, or the store can't tell. */
  readonly head?: Buffer
}

/** `undefined`: the claim got no answer, so nothing may be filled under it. */
export type Claimed = ClaimAnswer | undefined

export interface Fill {
  readonly token: string
  /** The store owns this buffer from now on, and may keep it. The caller must not use it again. */
  readonly entry: Buffer
  /** In the store's time. */
  readonly expiresAt: number
}
