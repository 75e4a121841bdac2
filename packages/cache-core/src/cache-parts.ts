import type { CacheEvent } from './cache-event.ts'
import type { CacheStats } from './cache-stats.ts'
import type { Codec } from './codec.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { ReadStrategy } from './ports/strategy.ts'

/** What a cache is made of. */
export interface CacheParts<T, Read extends ReadStrategy = ReadStrategy> {
  readonly store: Store
  readonly read: Read
  readonly codec: Codec<T>
  readonly runtime: Runtime
  /** Of its values: `CacheOptions.version`. */
  readonly version: string
  /** Milliseconds; `undefined`: loads take as long as they like. */
  readonly loadTimeoutMs: number | undefined
  readonly stats: CacheStats
  /** `undefined` without a listener, so that no event is made for nobody. */
  readonly emit: ((event: CacheEvent) => void) | undefined
}
