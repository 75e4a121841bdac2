/** Deadline of a command, in milliseconds. 32 lists of 3.6 MB through one connection take 180 ms. */
export const DEADLINE_MS = 250

/** Keys per step of a scan. */
export const SCAN_BATCH = 500

export type Arg = string | number | Buffer

/**
 * The Redis store's only interface to a client. Each kind of client has an adapter.
 *
 * Two rules that types can't express: **no command is ever sent twice**, and a command without a connection fails immediately.
 */
export interface RedisClient {
  /** The client's own promise, unwrapped: a hit waits for nothing else. */
  get(key: string): Promise<Buffer | null>
  /**
   * The values of all these keys at one moment; `null` also for a value that is not a string. Sent immediately, not with the next
   * pipeline. Not for a Cluster.
   */
  mget(keys: readonly string[]): Promise<readonly (Buffer | null)[]>
  /** SET key value PX ttlMs */
  set(key: string, value: Buffer, ttlMs: number): Promise<unknown>
  /** SET key value PX ttlMs NX GET: the existing value, or `null` if `value` was set. */
  setIfAbsent(key: string, value: Buffer, ttlMs: number): Promise<Buffer | null>
  /** The number of keys removed. */
  unlink(...keys: string[]): Promise<number>
  /** The server's time: seconds since the Unix epoch, and microseconds within the current second. */
  time(): Promise<readonly (string | number)[]>
  ping(): Promise<unknown>
  /** Runs the script with this digest, or rejects (`NOSCRIPT`). Strings arrive as Buffers, integers as numbers. */
  evalsha(sha: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>
  /** Runs a script by its text. */
  eval(lua: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>
  /** These sections of INFO, from each master. */
  info(...sections: string[]): Promise<string[]>
  /** All keys that match a glob, in batches, from all masters. A key may be returned twice. */
  scan(pattern: string): AsyncIterable<string[]>
  /** WAIT or WAITAOF: how many servers have confirmed this connection's writes. Absent: the client can't send it. */
  readonly wait?: (command: 'WAIT' | 'WAITAOF', ...args: readonly number[]) => Promise<unknown>
  /** Whether commands can be sent. */
  isReady(): boolean
  /** Whether slots are spread over servers, so that one command must not have keys of different slots. */
  readonly isCluster: boolean
  /** The number of the configured database. */
  readonly database: number
  /** Selects that database again, so that a refusal is noticed. */
  select(): Promise<unknown>
  /** Bytes received so far over the current connection. `undefined` if unknown. */
  bytesRead(): number | undefined
  /**
   * Ends the connection, so that the client opens a new one. Nothing is sent again over the new one. False: there was no ready
   * connection.
   */
  renew(): boolean
  /** Calls the listeners until the returned function is called. */
  subscribe(listeners: ConnectionListeners): () => void
  /** Whether the error is a server's answer. A refusal is not an outage. */
  isRefusal(error: unknown): boolean
  /** Opens another connection, for messages only. It doesn't keep the process alive. Absent: the client can't open one. */
  readonly listen?: (listener: MessageListener) => Promise<MessageConnection>
  /**
   * Opens another connection to each master, over which the server tells of every change to a key that begins with one of
   * `prefixes`, by any client. Resolves once all changes from now on are told. Absent: the client can't.
   */
  readonly track?: (prefixes: readonly string[], listener: TrackingListener) => Promise<TrackingConnection>
}

/** A connection that tells of changed keys. It is never opened again after it has ended. */
export interface TrackingConnection {
  /** Rejects also if it no longer covers all masters. */
  ping(): Promise<unknown>
}

export interface TrackingListener extends ConnectionEnd {
  /** The names of changed keys. `undefined`: all may have changed. */
  readonly onChanged: (names: readonly string[] | undefined) => void
}

/** A connection that receives messages. It is never opened again after it has ended. */
export interface MessageConnection {
  subscribe(channel: string): Promise<unknown>
  ping(): Promise<unknown>
}

export interface MessageListener extends ConnectionEnd {
  readonly onMessage: (channel: string, message: string) => void
}

export interface ConnectionEnd {
  /**
   * Closes the connection when it is aborted, also while it is being opened: a server may never answer. To be aborted too if
   * the opening fails.
   */
  readonly signal: AbortSignal
  /** The connection has ended. May be called more than once. */
  readonly onEnd: () => void
}

export interface ConnectionListeners {
  /** A new connection is usable; no command has been sent over it. It may lead to another server. */
  readonly onReady: () => void
  /** The connection has ended, or is about to. May be called more than once per connection. */
  readonly onClose: () => void
  /** The connection failed, or could not be opened. */
  readonly onError: (error: unknown) => void
}
