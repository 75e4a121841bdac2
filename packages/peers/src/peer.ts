/** A caching library, configured for several processes on one Redis according to its own documentation. One file per library. */
export interface Peer {
  readonly title: string
  /** The npm package. */
  readonly library: string
  /** The method used for reads. */
  readonly read: string
  /** The methods called after a write's commit. */
  readonly write: string
  /** TTLs are rounded up to a multiple of this, in ms. */
  readonly ttlStepMs: number
  /** Connects in the background, as one process of several. */
  open(options: PeerOptions): OpenPeer
}

export interface PeerOptions {
  readonly redisUrl: string
  /** Of all its keys in Redis. */
  readonly prefix: string
  /** Called for errors that fail no call. */
  readonly onError: (error: unknown) => void
}

/** The library running in one process. */
export interface OpenPeer {
  /** The library's own read-through: the value cached under `key`, otherwise the result of `load`, which it keeps. */
  getOrLoad<V extends object>(key: string, load: () => Promise<V>, options: PeerReadOptions): Promise<V>
  /** Deletes by key, and by tag if the library has tags. */
  invalidate(keys: readonly string[], tags: readonly string[]): Promise<void>
  /** Deletes all its entries. */
  invalidateAll(): Promise<void>
  close(): Promise<void>
}

export interface PeerReadOptions {
  readonly ttlMs: number
  readonly tags: readonly string[]
}
