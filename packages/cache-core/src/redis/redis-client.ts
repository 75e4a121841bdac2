/** A command that takes longer counts as failed. 32 lists of 3.6 MB through one connection take 180 ms. */
export const DEADLINE_MS = 250

/** How many keys a step of a scan looks at. */
export const SCAN_BATCH = 500

export type Arg = string | number | Buffer

/**
 * What the Redis store asks of a client, and all that it knows of one. Each kind of client has an adapter to it.
 *
 * Two things that no type can say: **no command is ever sent twice**, and a command without a connection fails at once.
 */
export interface RedisClient {
  /** The client's own promise, untouched: a hit waits for nothing else. */
  get(key: string): Promise<Buffer | null>
  /** SET key value PX ttlMs */
  set(key: string, value: Buffer, ttlMs: number): Promise<unknown>
  /** SET key value PX ttlMs NX GET: what was there already, or `null` when `value` was set. */
  setIfAbsent(key: string, value: Buffer, ttlMs: number): Promise<Buffer | null>
  /** How many there were. */
  unlink(...keys: string[]): Promise<number>
  /** The server's seconds since the Unix epoch, and microseconds in that second. */
  time(): Promise<readonly (string | number)[]>
  ping(): Promise<unknown>
  /** A script by its digest. Strings come as Buffers, integers as numbers. Rejects with `NOSCRIPT …` where it isn't known. */
  evalsha(sha: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>
  /** The same by its text. */
  eval(lua: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>
  /** These sections of INFO, from each master. */
  info(...sections: string[]): Promise<string>[]
  /** All keys that match a glob, in batches, of all masters. A key may come twice. */
  scan(pattern: string): AsyncIterable<string[]>
  /** Whether commands can be sent. */
  isReady(): boolean
  /** Calls the listeners until the returned function is called. */
  subscribe(listeners: ConnectionListeners): () => void
  /** Whether the server answered, with this error: what it refuses is no outage. */
  isRefusal(error: unknown): boolean
}

export interface ConnectionListeners {
  /** A new connection can be used; no command has been sent over it. It may lead to another server. */
  readonly onReady: () => void
  /** The connection has ended, or is about to. May come more than once for one connection. */
  readonly onClose: () => void
  /** The connection failed, or could not be made. */
  readonly onError: (error: unknown) => void
}
