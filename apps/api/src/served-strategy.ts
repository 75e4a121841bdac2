/** What the API serves under one name: a strategy of the table or, with `PEERS=1`, another library. */
import type { Cache, InvalidationSource, ReadGuarantee, Store, WriteGuarantee } from 'cache-core'
import type { Counters } from './counters.ts'
import type { Representation } from './representation.ts'
import type { RuntimeTuning, StoreKind } from './strategy-runtime.ts'

export interface ServedStrategy {
  readonly name: string
  /** For people. */
  readonly title: string
  /** Whose cache it is, as `Cache-Status` names it. */
  readonly library: string
  readonly storeKind: StoreKind
  readonly tunable: readonly (keyof RuntimeTuning)[]
  /** How its promise is broken. Absent: it is kept. */
  readonly breaks?: string | undefined
  read(tuning: RuntimeTuning): { readonly name: string; readonly guarantee: ReadGuarantee }
  write(): { readonly name: string; readonly guarantee: WriteGuarantee }
  /** What comes of a tuning that was asked for. */
  settle(tuning: RuntimeTuning): RuntimeTuning
  /** Opens it, once. What happens in it is told to the counters, and what others change to it by the outbox. */
  open(counters: Counters, outbox?: InvalidationSource): OpenStrategy
}

export interface OpenStrategy {
  /** A cache with this tuning over the entries there are. */
  cache(tuning: RuntimeTuning): Cache<Representation>
  /** The entries there are. */
  readonly store: Pick<Store, 'invalidate' | 'invalidateAll'>
  close(): Promise<void>
}
