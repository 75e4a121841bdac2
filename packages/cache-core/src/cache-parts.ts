import type { CacheListeners } from './cache-event.ts'
import type { CacheStats } from './cache-stats.ts'
import type { Codec } from './codec.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { ReadStrategy } from './ports/strategy.ts'
import type { Backlog } from './ports/write-log.ts'
import type { WarnOnce } from './warn-once.ts'

/** The parts of a cache. */
export interface CacheParts<T, Read extends ReadStrategy = ReadStrategy> {
  readonly store: Store
  readonly read: Read
  /** Of the write strategy: writes that the origin does not have yet. */
  readonly backlog?: Backlog | undefined
  readonly codec: Codec<T>
  readonly runtime: Runtime
  /** `CacheOptions.version`. */
  readonly version: string
  /** Milliseconds; `undefined`: no limit. */
  readonly loadTimeoutMs: number | undefined
  readonly stats: CacheStats
  /** They never throw. */
  readonly on: CacheListeners
  readonly warnOnce: WarnOnce
}
