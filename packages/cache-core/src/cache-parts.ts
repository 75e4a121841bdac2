import type { Codec } from './codec.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { ReadStrategy } from './ports/strategy.ts'

/** What a cache is made of. */
export interface CacheParts<T> {
  readonly store: Store
  readonly read: ReadStrategy
  readonly codec: Codec<T>
  readonly runtime: Runtime
}
