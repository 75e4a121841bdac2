/** What the API serves under one name: a strategy of the table or, with `PEERS=1`, another library. */
import type { Cache, Guarantee, InvalidationSource, Store } from 'cache-core'
import type { Tuning } from 'strategies'
import type { Counters } from './counters.ts'
import type { Representation } from './representation.ts'

export type StoreKind = 'redis' | 'memory' | 'none'

/** What can be changed while it runs, in milliseconds. */
export interface RuntimeTuning extends Tuning {
  /**
   * Waited after the posts have been read, so that loads take longer and races show: it stands for the joins and remote
   * calls of real posts. Not added to the report on authors, whose cost is Postgres's own.
   */
  readonly originDelayMs: number
}

export interface ServedStrategy {
  readonly name: string
  /** For people. */
  readonly title: string
  /** Whose cache it is, as `Cache-Status` names it. */
  readonly library: string
  readonly storeKind: StoreKind
  readonly tunable: readonly (keyof RuntimeTuning)[]
  /** Of which reads it is guaranteed that they see acknowledged writes, however it is tuned and wherever its entries lie. */
  readonly readAfterWriteOf: Guarantee['readAfterWriteOf']
  /** How a naive form returns old values: it guarantees nothing. Absent: its guarantee holds. */
  readonly breaks?: string | undefined
  read(tuning: RuntimeTuning): { readonly name: string }
  write(): { readonly name: string }
  /** What comes of a tuning that was asked for. */
  settle(tuning: RuntimeTuning): RuntimeTuning
  /** Opens it, once. What happens in it is told to the counters, and what others change to it by the outbox. */
  open(counters: Counters, outbox?: InvalidationSource): OpenStrategy
}

/** What the API asks of a cache: other libraries can be made to look like it, too. */
export type ServedCache = Pick<Cache<Representation>, 'guarantee' | 'read' | 'write' | 'invalidate' | 'invalidateAll'>

export interface OpenStrategy {
  /** A cache with this tuning over the entries there are. */
  cache(tuning: RuntimeTuning): ServedCache
  /** The entries there are. */
  readonly store: Pick<Store, 'invalidate' | 'invalidateAll'>
  close(): Promise<void>
}
