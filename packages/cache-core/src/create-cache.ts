import type { CacheEvent } from './cache-event.ts'
import type { CacheParts } from './cache-parts.ts'
import { type CacheStats, newStats } from './cache-stats.ts'
import { cachingReader } from './caching-reader.ts'
import { type Codec, jsonCodec } from './codec.ts'
import { checkText, swallowing } from './errors.ts'
import { type Guarantee, guaranteeOf } from './guarantee.ts'
import type { LoadContext } from './load-run.ts'
import { type Runtime, systemRuntime } from './ports/runtime.ts'
import type { Store, StoreHealth } from './ports/store.ts'
import type { Change, ReadStrategy, WriteResult, WriteStrategy } from './ports/strategy.ts'
import type { ReadResult } from './read-result.ts'
import { checkRead, checkTags, checkTimeout, NO_TAGS, type ReadOptions } from './reader.ts'
import { uncachedReader } from './uncached-reader.ts'
import { StoreWriter } from './writer.ts'

export interface CacheOptions<T> {
  /** May be shared with other caches, whose keys then are the same keys. */
  readonly store: Store
  readonly read: ReadStrategy
  readonly write: WriteStrategy
  /** Default `jsonCodec`. */
  readonly codec?: Codec<T>
  /**
   * Change it in a release that can't read the values of the one before: entries of another version are misses. Keys stay the
   * same, so that both releases invalidate each other's entries while they run side by side. Default none.
   */
  readonly version?: string
  /**
   * How long a load may take, in milliseconds, 1 to 2_147_483_647; then its readers get `LOAD_TIMEOUT`, its `signal` aborts,
   * and the key is free for the next reader. Default: as long as it likes.
   */
  readonly loadTimeoutMs?: number
  /**
   * Told of what happens, as it happens. Called synchronously, also on hits: keep it short. What it throws, or its promise
   * rejects with, is swallowed.
   */
  readonly onEvent?: (event: CacheEvent) => void
  /** Default the process's own time, randomness and timers. */
  readonly runtime?: Runtime
}

export type SetOptions = Pick<ReadOptions, 'tags' | 'ttlMs'>

/** A cache: one read strategy, one write strategy, one store. Values it hands out are shared; treat them as read-only. */
export interface Cache<T> {
  readonly guarantee: Guarantee

  /**
   * The value under `key`, from the cache or from `load`.
   *
   * @param load reads the origin (the primary, outside any older snapshot); `undefined` means "there is no such value",
   *   which is cached too. What it throws is thrown to all who waited for it. Of callers that share a load, the first one's
   *   function and options are used. A strategy that refreshes may run it after `read` has resolved.
   * @throws CacheError `BAD_OPTION`, `ENCODE_FAILED`, `LOAD_TIMEOUT`; what `load` throws; the reason of an aborted `signal`.
   *   A store that is away never fails a read.
   */
  read<V extends T>(
    key: string,
    load: (context: LoadContext) => Promise<V | undefined>,
    options?: ReadOptions,
  ): Promise<ReadResult<V>>

  /** What is under `key` now, without loading or refreshing: `undefined` where there is nothing to serve, or no store. */
  peek(key: string, options?: Pick<ReadOptions, 'tags'>): Promise<ReadResult<T> | undefined>

  /**
   * Keeps `value` under `key`, under a claim, so that a write that comes meanwhile wins. For values made by the caller; after a
   * change in a database use `write`, and to warm the cache use `read`.
   *
   * @returns whether it was kept. If not, the key is invalidated.
   * @throws CacheError `BAD_OPTION`, `ENCODE_FAILED`
   */
  set(key: string, value: T, options?: SetOptions): Promise<boolean>

  /**
   * Runs `commit` and keeps the guarantee of the write strategy for what `change` names. Resolves once the write may be
   * acknowledged.
   *
   * @throws CacheError `BAD_OPTION`, before the commit; what `commit` throws, or `change.keys` and `change.tags` as functions.
   *   Nothing else after the commit fails a write: what can't be filled is invalidated.
   */
  write<R>(change: Change<T, R>, commit: () => Promise<R>): Promise<WriteResult<R>>

  /**
   * Invalidates entries by key and by tag. False: the store did not confirm it; it is delivered before this process uses the
   * store again.
   */
  invalidate(what: { readonly keys?: readonly string[]; readonly tags?: readonly string[] }): Promise<boolean>

  /** Invalidates everything in the store. Answers as `invalidate` does. */
  invalidateAll(): Promise<boolean>

  /** What happened so far in this cache, in this process. A copy. */
  stats(): Readonly<CacheStats>

  /** Whether reads use the store, or go past it, and why. For a health check: a cache that is bypassed still answers. */
  health(): StoreHealth

  /**
   * Waits for reads and refreshes under way, and starts no more refreshes. The store stays open, since other caches may use
   * it: `await cache.close()`, then `await store.close?.()`, then the client.
   */
  close(): Promise<void>
}

const NO_OPTIONS: ReadOptions = {}

/** Builds a cache. @throws CacheError `BAD_OPTION` */
export function createCache<T = unknown>(options: CacheOptions<T>): Cache<T> {
  const { store, read, write, runtime = systemRuntime, version = '', loadTimeoutMs, onEvent } = options
  checkText('version', version)
  const parts: CacheParts<T> = {
    store,
    read,
    codec: options.codec ?? (jsonCodec as Codec<T>),
    runtime,
    version,
    loadTimeoutMs: loadTimeoutMs === undefined ? undefined : checkTimeout(loadTimeoutMs),
    stats: newStats(),
    emit: onEvent && swallowing(onEvent),
  }
  const reader = read.lifetime === undefined ? uncachedReader(parts) : cachingReader({ ...parts, read })
  const writer = new StoreWriter<T>(parts)
  const { stats, emit } = parts

  return {
    guarantee: guaranteeOf(read, write, store),
    read: ((key, load, options = NO_OPTIONS) =>
      options.signal === undefined
        ? reader.read(key, load, options)
        : unlessAborted(options.signal, () => reader.read(key, load, options))) as Cache<T>['read'],
    peek: (key, options = NO_OPTIONS) => reader.peek(key, options),
    async set(key, value, options = NO_OPTIONS) {
      checkRead(parts, key, options)
      return writer.set(key, options.tags ?? NO_TAGS, value, options.ttlMs)
    },
    async write(change, commit) {
      checkChange(change)
      const written = await write.write(change, async () => commit(), writer)
      stats.writes++
      return written
    },
    invalidate: async ({ keys = [], tags = [] }) => writer.invalidate(keys, tags),
    async invalidateAll() {
      const isConfirmed = await store.invalidateAll()
      stats.invalidations++
      emit?.({ type: 'invalidate-all', isConfirmed })
      return isConfirmed
    },
    stats: () => ({ ...stats }),
    health: () => store.health?.() ?? { isUsable: true },
    close: () => reader.close(),
  }
}

/** @throws CacheError `BAD_OPTION` */
function checkChange<T, R>({ keys, tags = NO_TAGS, entryTags = NO_TAGS }: Change<T, R>): void {
  if (typeof keys !== 'function') for (const key of keys) checkText('key', key)
  if (typeof tags !== 'function') for (const tag of tags) checkText('tag', tag)
  checkTags(entryTags)
}

async function unlessAborted<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
