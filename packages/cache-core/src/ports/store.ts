/**
 * Where entries live. A store moves bytes and guards them: **a fill needs a lease, and every write revokes it.**
 * It knows nothing of freshness or of values; `entry.ts` and the strategies do.
 *
 * Methods may answer at once (memory) or later (Redis); each costs at most one round trip.
 */
export interface Store {
  /** The store's own time, by which entries are dated. */
  readonly clock: StoreClock

  /** What it guarantees of the caches over it. */
  readonly guarantee: StoreGuarantee

  /** The entry's bytes and its tags' epochs, in one round trip. */
  get(key: string, tags: readonly string[]): Awaitable<Lookup>

  /**
   * Asks for the right to fill. In this order: an entry whose identity is not `seen` is handed over;
   * a live lease of another means wait; otherwise the lease is granted.
   * Reads the tags' epochs in the same trip, and makes those that are missing.
   */
  acquire(key: string, request: AcquireRequest): Awaitable<Acquired>

  /** A writer takes the lease, whoever had it; the entry stays. Resolves once that is certain. */
  claim(key: string, request: ClaimRequest): Awaitable<Claimed>

  /** Keeps `entry` until `expiresAt` if `token` holds the lease, and ends the lease. False: nothing was kept. */
  fill(key: string, fill: Fill): Awaitable<boolean>

  /** Prolongs the lease if `token` still holds it. */
  renew(key: string, token: string, leaseMs: number): Awaitable<boolean>

  /** Ends the lease if `token` still holds it, so that others need not wait for its end. */
  release(key: string, token: string): Awaitable<void>

  /**
   * Drops entries **and leases** of `keys` and gives each tag a new epoch. Idempotent and free of order.
   * Never rejects for a store that is away: such a store delivers it before it answers a read.
   * True: it is done. False: it is pending, since it may not have arrived.
   */
  invalidate(keys: readonly string[], tags: readonly string[]): Awaitable<boolean>

  /** Drops everything: leases first, then entries, so that no running load can fill afterwards. Answers as `invalidate` does. */
  invalidateAll(): Awaitable<boolean>

  /** Whether reads use it at the moment, and if not, why. A store without this always is used. */
  health?(): StoreHealth

  /**
   * Ends what it has running: listeners, probes, timers, invalidations still to be delivered. From then on its methods are
   * refused with `STORE_UNAVAILABLE`, so that reads bypass it, and invalidations answer false. Closing twice is harmless.
   */
  close?(): Promise<void>
}

export interface StoreHealth {
  readonly isUsable: boolean
  /** Why it isn't, in one sentence, with the last failure. Absent while it is usable. */
  readonly reason?: string
}

export type Awaitable<T> = T | Promise<T>

/** Of what no read that begins after a write was acknowledged returns an older value. */
export type ReadAfterWriteOf = 'keys and tags' | 'keys' | 'none'

export interface StoreGuarantee {
  /** The readers that see a write: those in every process on the store, or only those in the writer's own. */
  readonly where: 'every process' | 'this process'
  /** The most that a write can have seen to: `none` for a store that lets anyone fill at any time. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  /** Readers in other processes see a write after this long at the latest, in milliseconds. Absent: at once, if at all. */
  readonly othersWithinMs?: number
}

/**
 * A bounded view of the store's time in milliseconds since the Unix epoch (Redis) or any fixed start (memory).
 * The true time lies between the two; whatever is uncertain counts against freshness.
 */
export interface StoreClock {
  earliest(): number
  latest(): number
}

/** Each tag's current epoch, in the order of the tags asked for: unique bytes. */
export type Epochs = readonly Buffer[]

export interface Lookup {
  readonly bytes: Buffer | undefined
  /** `undefined` for a tag that has no epoch yet. */
  readonly epochs: readonly (Buffer | undefined)[]
}

export interface AcquireRequest {
  /** Unique per attempt, never per process. */
  readonly token: string
  readonly leaseMs: number
  /** The identity of whatever `get` returned, usable or not. Without it such an entry could never be replaced. */
  readonly seen: Buffer | undefined
  readonly tags: readonly string[]
}

export type Acquired =
  | { readonly kind: 'granted'; readonly epochs: Epochs }
  | { readonly kind: 'entry'; readonly bytes: Buffer; readonly epochs: Epochs }
  | { readonly kind: 'held'; readonly endsInMs: number }

export interface ClaimRequest {
  readonly token: string
  readonly leaseMs: number
  /** The tags the entry itself carries; their epochs are answered. */
  readonly tags: readonly string[]
}

/** `undefined`: the claim got no answer, so nothing may be filled under it. */
export type Claimed = { readonly epochs: Epochs } | undefined

export interface Fill {
  readonly token: string
  readonly entry: Buffer
  /** In the store's time. */
  readonly expiresAt: number
}
