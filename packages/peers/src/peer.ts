/** A caching library, configured for several processes on one Redis as its own documentation has it. One file per library. */
export interface Peer {
  /** For people. */
  readonly title: string
  /** The package, as npm has it. */
  readonly library: string
  /** What it reads with. */
  readonly read: string
  /** What it is told after a write's commit. */
  readonly write: string
  /** A TTL is a multiple of so many milliseconds; one in between becomes the next longer. */
  readonly ttlStepMs: number
  /** Connects in the background, as one process of several. */
  open(place: PeerPlace): OpenPeer
}

export interface PeerPlace {
  readonly redisUrl: string
  /** Of all its keys in Redis. */
  readonly prefix: string
  /** Told what goes wrong without a call failing of it. */
  readonly onError: (error: unknown) => void
}

/** The library at work, in one process. */
export interface OpenPeer {
  /** The library's own read-through: what is cached under `key`, else what `load` resolves to, which it keeps. */
  getOrLoad<V extends object>(key: string, load: () => Promise<V>, options: PeerReadOptions): Promise<V>
  /** Deletes by key, and by tag where the library has tags. */
  invalidate(keys: readonly string[], tags: readonly string[]): Promise<void>
  /** Deletes all it has. */
  invalidateAll(): Promise<void>
  close(): Promise<void>
}

export interface PeerReadOptions {
  readonly ttlMs: number
  readonly tags: readonly string[]
}
