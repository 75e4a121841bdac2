export type { CacheEvent, CacheListeners } from './cache-event.ts'
export type { CacheOptions } from './cache-options.ts'
export type { CacheStats } from './cache-stats.ts'
export { bytesCodec, type Codec, jsonCodec, sharedJsonCodec } from './codec.ts'
export { type Cache, createCache, type Invalidated, type SetOptions } from './create-cache.ts'
export type { Entry } from './entry.ts'
export { describeEntry, type EntryDescription } from './entry-description.ts'
export { CacheError, type CacheErrorCode } from './errors.ts'
export { createFlusher, type Flusher } from './flusher.ts'
export type { FlushedWrite, FlusherOptions } from './flusher-options.ts'
export { type Guarantee, guaranteeOf } from './guarantee.ts'
export type { LoadContext, LoadOptions } from './load-run.ts'
export type { Attachment, InvalidationSource, InvalidationTarget } from './ports/invalidation-source.ts'
export type { LeaseNews } from './ports/lease-news.ts'
export { type Runtime, systemRuntime } from './ports/runtime.ts'
export type {
  Acquired,
  AcquireRequest,
  Awaitable,
  ClaimAnswer,
  Claimed,
  ClaimRequest,
  Epochs,
  Fill,
  Lookup,
  Memo,
  ReadAfterWriteOf,
  Store,
  StoreClock,
  StoreGuarantee,
  StoreHealth,
} from './ports/store.ts'
export type {
  AcquireResult,
  Before,
  CachingStrategy,
  Change,
  Claim,
  Deferred,
  Foreseen,
  KeyRead,
  Lifetime,
  LoadsPerExpiry,
  Look,
  ReadGuarantee,
  ReadStrategy,
  UncachedStrategy,
  Verdict,
  WriteGuarantee,
  WriteResult,
  Writer,
  WriteStrategy,
} from './ports/strategy.ts'
export type {
  Appended,
  Backlog,
  Basis,
  PendingWrite,
  QueuedWrite,
  QueueLag,
  TakenWrite,
  TakeRequest,
  WriteAck,
  WriteLog,
} from './ports/write-log.ts'
export type { Outcome, ReadResult } from './read-result.ts'
export type { ReadOptions } from './reader.ts'
export { Circuit, type CircuitOptions } from './resilience/circuit.ts'
export { type ResilienceOptions, resilientStore } from './resilience/resilient-store.ts'
export type { LoadMany } from './shared-load.ts'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts'
export { cacheAside } from './strategies/cache-aside.ts'
export { expireOnly } from './strategies/expire-only.ts'
export { invalidate } from './strategies/invalidate.ts'
export type { LifetimeOptions } from './strategies/lifetime.ts'
export { noCache } from './strategies/no-cache.ts'
export { type OneLoaderOptions, oneLoader } from './strategies/one-loader.ts'
export { type RefreshAheadOptions, refreshAhead } from './strategies/refresh-ahead.ts'
export { type StaleIfErrorOptions, staleIfError } from './strategies/stale-if-error.ts'
export { type StaleWhileRevalidateOptions, staleWhileRevalidate } from './strategies/stale-while-revalidate.ts'
export { type StampedeLockOptions, stampedeLock } from './strategies/stampede-lock.ts'
export { type WriteBehindOptions, writeBehind } from './strategies/write-behind.ts'
export { writeThrough } from './strategies/write-through.ts'
export { type XFetchOptions, xfetch } from './strategies/xfetch.ts'
export type { CacheWarning, CacheWarningCode, WarningListener } from './warning.ts'
