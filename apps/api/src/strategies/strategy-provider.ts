/** A strategy that the API serves: a named one or, with `PEERS=1`, another library. */
import type { Cache, CacheListeners, CachingStrategy, Guarantee, InvalidationSource, Store, WriteLog } from 'cache-core'
import type { Tuning } from 'strategies'
import type { Representation } from '../posts/representation.ts'
import type { CacheReports } from '../telemetry/cache-reports.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { Inspected } from './inspected.ts'

/** `tiered`: memory over Redis. */
export type StoreKind = 'redis' | 'tiered' | 'memcached' | 'memory' | 'none'

/** The settings that can be changed at run time: milliseconds, and the factor `beta`. */
export interface RuntimeTuning extends Tuning {
  /**
   * Added delay per load, after the posts have been read. It makes races visible and represents the joins and remote calls
   * of real posts. Not added to the report on authors, whose query is expensive.
   */
  readonly originDelayMs: number
}

export interface StrategyProvider {
  readonly name: string
  /** For people. */
  readonly title: string
  /** The library, as named in `Cache-Status`. */
  readonly library: string
  readonly storeKind: StoreKind
  /** Whether its readers wait for a lease that another process can hold. Absent: they don't. */
  readonly sharesLeases?: boolean
  readonly tunable: readonly (keyof RuntimeTuning)[]
  /** The reads that are guaranteed to see acknowledged writes, with any tuning and over any store. */
  readonly readAfterWriteOf: Guarantee['readAfterWriteOf']
  /** How a naive form returns old values: it guarantees nothing. Absent: its guarantee holds. */
  readonly breaks?: string | undefined
  read(tuning: RuntimeTuning): { readonly name: string }
  write(): { readonly name: string }
  /** What its current store keeps it from doing, for people. Absent: nothing. */
  readonly note?: string | undefined
  /** The tuning that takes effect for a requested one. */
  effectiveTuning(tuning: RuntimeTuning): RuntimeTuning
  /** Opens it, once. It reports events to the counters and `reports`. */
  open(counters: Counters, reports: CacheReports, database: DatabaseSide): OpenStrategy
}

/** What a strategy needs of its copy of the posts. */
export interface DatabaseSide {
  /** Delivers out-of-band changes. Absent: they are not recorded. */
  readonly outbox?: InvalidationSource | undefined
  /** As for `redisWriteLog`. */
  readonly highestStoredId: () => Promise<string>
}

/** The part of a cache that the API uses, so that other libraries can implement it. */
export type ServedCache = Pick<
  Cache<Representation>,
  'guarantee' | 'read' | 'readMany' | 'write' | 'invalidate' | 'invalidateAll'
> &
  Partial<Pick<Cache<Representation>, 'peek'>>

/** How the worker reads entries to keep them warm. */
export interface ReadBy {
  /** Derived from the read strategy that the API uses, so that entries last as long. */
  readonly read: (own: CachingStrategy) => CachingStrategy
  readonly on: CacheListeners
}

export interface OpenStrategy {
  /** A cache with this tuning over the existing entries. */
  cache(tuning: RuntimeTuning): ServedCache
  /** The same for whole pages, as bytes. */
  pages(tuning: RuntimeTuning): Pick<Cache<Buffer>, 'read'>
  /** The same entries, read by other rules. Absent for other libraries and if nothing is kept. */
  cacheReadBy?(tuning: RuntimeTuning, by: ReadBy): Cache<Representation>
  readonly store: Pick<Store, 'invalidate' | 'invalidateAll' | 'health'>
  /** What is kept under a key. Absent for other libraries. */
  inspect?(key: string, tags: readonly string[]): Promise<Inspected>
  /** The queue of its writes. Absent: they go to the database directly. */
  readonly writeLog?: WriteLog | undefined
  close(): Promise<void>
}
