/** A caching library under the bench: how each use of it is opened. One file per library, configured as its documentation says. */

/** Bytes for libraries that keep bytes, otherwise an object. */
export type Value = Buffer | object

export interface Setting {
  /** A Redis of the bench's own. */
  readonly redisUrl: string
  /** Of all keys in Redis. */
  readonly prefix: string
  load(key: string): Promise<Value>
  loadMany(keys: readonly string[]): Promise<Value[]>
  /** Called for errors that fail no call. */
  onError(error: unknown): void
}

export interface OpenCache {
  /** The library's own read-through, with the library's own result. */
  read(key: string): Promise<unknown>
  /** Reads until the value is in this process's memory. Absent: one `read` does that. */
  warm?(key: string): Promise<void>
  /** A read of this process's memory that returns no promise. */
  peek?(key: string): unknown
  /** Many keys by the library's own call: results in any order, or a `Map`. Absent: single reads at the same time. */
  readMany?(keys: readonly string[]): Promise<unknown>
  /** Commits, then invalidates as the documentation says. */
  write(key: string, commit: () => Promise<void>): Promise<unknown>
  invalidateTag?(tag: string): Promise<unknown>
  /** The value in a result of `read`, `peek` or `readMany`. Default the result itself. */
  valueIn?(result: unknown): unknown
  close(): Promise<void>
}

export type Open = (setting: Setting) => Promise<OpenCache>

/** How many loads the cold callers of one key cause. */
export type ColdLoads = 'one' | 'one per process'

export interface Library {
  /** In tables. */
  readonly title: string
  /** The npm package whose version counts. */
  readonly package: string
  /** Whether it is handed bytes or objects. */
  readonly form: 'bytes' | 'object'
  readonly coldLoads: ColdLoads
  /** Hits from the memory of this process. Absent: no such form. */
  readonly near?: Open
  /** Values only in Redis. */
  readonly shared?: Open
  /** The same, each value under `TAGS`. Absent: the library has no tags. */
  readonly tagged?: Open
  /** As one of several processes on one Redis. */
  readonly process?: Open
}

/** Of every tagged value. In the order in which cache-core keeps them, which saves it nothing: it checks the order. */
export const TAGS = ['author:7', 'posts', 'posts:recent'] as const

/** Nothing expires during a bench. */
export const TTL_MS = 3_600_000
