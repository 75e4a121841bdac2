import type { CacheListeners } from './cache-event.ts'
import { type CacheOptions, checkCacheOptions } from './cache-options.ts'
import type { CacheParts } from './cache-parts.ts'
import { type CacheStats, newStats } from './cache-stats.ts'
import { cachingReader } from './caching-reader.ts'
import { checkChange } from './change.ts'
import { checkFunction, checkMethods, checkOptions, type OptionNames } from './check.ts'
import { type Codec, jsonCodec } from './codec.ts'
import { CacheError, swallowing } from './errors.ts'
import { type Guarantee, guaranteeOf } from './guarantee.ts'
import type { LoadContext } from './load-run.ts'
import { systemRuntime } from './ports/runtime.ts'
import type { StoreHealth } from './ports/store.ts'
import type { Change, WriteResult } from './ports/strategy.ts'
import type { ReadResult } from './read-result.ts'
import { checkRead, NO_OPTIONS, type ReadOptions } from './reader.ts'
import type { LoadMany } from './shared-load.ts'
import { uncachedReader } from './uncached-reader.ts'
import { warnOnce } from './warn-once.ts'
import { StoreWriter } from './writer.ts'

export type SetOptions = Pick<ReadOptions, 'tags' | 'ttlMs'>

/** The argument of `invalidate`: keys, tags or both. */
export interface Invalidated {
  readonly keys?: readonly string[]
  readonly tags?: readonly string[]
}

/** A cache: one read strategy, one write strategy, one store. Returned values are shared; treat them as read-only. */
export interface Cache<T> {
  readonly guarantee: Guarantee

  /**
   * The value under `key`, from the cache or from `load`.
   *
   * @param load reads the origin (the primary, outside any older snapshot); `undefined` means "there is no such value",
   *   which is cached too. Its error is thrown to all callers that waited for it. Callers that share a load use the first
   *   caller's function and options. A strategy that refreshes may run it after `read` has resolved.
   * @throws CacheError `BAD_OPTION`, `LOAD_TIMEOUT`, or, inside a load, `LOAD_CYCLE`: the read would wait for that same load.
   *   Also the error of `load`, and the reason of an aborted `signal`. A read never fails because the store is unavailable, or
   *   because a value can't be kept: that value is returned, and reported to `onWarning`.
   *
   * @example
   * ```ts
   * const { value, outcome } = await cache.read('post:42', () => db.findPost(42), { tags: ['posts'] })
   * ```
   */
  read<V extends T>(
    key: string,
    load: (context: LoadContext) => Promise<V | undefined>,
    options?: ReadOptions,
  ): Promise<ReadResult<V>>

  /**
   * The values under many keys, each with its own entry and under the same guarantee as by `read`. The lookups are one round trip
   * per server, and `loadMissing` is called once for all keys that this caller has to load. (Keys that another caller is loading
   * are waited for. If that ends without a value, they are loaded by further calls, and so are background refreshes.)
   *
   * @param keys a key that is given twice is read once.
   * @param loadMissing reads the origin for these keys, and returns their values by key; a key that it leaves out has no value,
   *   which is cached too. If it fails, so does the read.
   * @param options apply to each key.
   * @returns the answers by key, in the order in which the keys were given.
   * @throws as `read` does
   *
   * @example
   * ```ts
   * const posts = await cache.readMany(['post:1', 'post:2'], async (missing) => {
   *   const rows = await db.findPosts(missing.map((key) => Number(key.slice('post:'.length))))
   *   return new Map(rows.map((row) => [`post:${row.id}`, row]))
   * })
   * console.log(posts.get('post:1')?.value)
   * ```
   */
  readMany<V extends T>(
    keys: readonly string[],
    loadMissing: LoadMany<V>,
    options?: ReadOptions,
  ): Promise<Map<string, ReadResult<V>>>

  /**
   * The entry under `key`, without loading or refreshing; `undefined` if there is nothing to serve or the store is unavailable.
   * Not counted in `stats`.
   *
   * @throws CacheError `BAD_OPTION`
   *
   * @example
   * ```ts
   * const cached = await cache.get('post:42')
   * console.log(cached?.value, cached?.ageMs)
   * ```
   */
  get(key: string, options?: Pick<ReadOptions, 'tags'>): Promise<ReadResult<T> | undefined>

  /**
   * The answer of `read`, if the memory of this process has it and there is nothing else to do: no load, and no refresh. Then it
   * counts as a read. Always `undefined` over a store that is elsewhere (Redis, memcached).
   *
   * @throws CacheError `BAD_OPTION`
   *
   * @example
   * ```ts
   * const { value } = cache.peek('post:42') ?? (await cache.read('post:42', () => db.findPost(42)))
   * ```
   */
  peek(key: string, options?: Pick<ReadOptions, 'tags'>): ReadResult<T> | undefined

  /**
   * Keeps `value` under `key`, under a claim, so that a concurrent write wins. For values made by the caller; after a change in
   * a database use `write`, and to warm the cache use `read`.
   *
   * @returns whether it was kept. If not, the key is invalidated.
   * @throws CacheError `BAD_OPTION`, `ENCODE_FAILED`
   *
   * @example
   * ```ts
   * await cache.set('greeting', 'Hello', { ttlMs: 5_000 })
   * ```
   */
  set(key: string, value: T, options?: SetOptions): Promise<boolean>

  /**
   * Runs `commit` and upholds the write strategy's guarantee for the keys and tags in `change`. Resolves once the write may be
   * acknowledged.
   *
   * @throws CacheError `BAD_OPTION`, before the commit; the errors of `commit` and of the functions in `change`.
   *   Nothing else fails a committed write, except under `writeBehind` (`WRITE_UNKNOWN`): a value that can't be filled is
   *   invalidated, and an invalid name returned by these functions is reported to `onWarning`.
   *
   * @example
   * ```ts
   * const { result, isConfirmed } = await cache.write({ keys: ['post:42'], tags: ['posts'] }, () => db.renamePost(42, 'New title'))
   * ```
   */
  write<R>(change: Change<T, R>, commit: () => Promise<R>): Promise<WriteResult<R>>

  /**
   * Invalidates entries by key and by tag. False: the store has not confirmed it; it is delivered before this process uses the
   * store again.
   *
   * @throws CacheError `BAD_OPTION`
   *
   * @example
   * ```ts
   * await cache.invalidate({ keys: ['post:42'], tags: ['posts'] }) // after a change made around the cache
   * ```
   */
  invalidate(what: Invalidated): Promise<boolean>

  /**
   * Invalidates everything in the store. Answers as `invalidate` does.
   *
   * @throws CacheError `COMMAND_REFUSED` if the Redis user may not use SCAN; then nothing is invalidated or pending.
   *
   * @example
   * ```ts
   * await cache.invalidateAll()
   * ```
   */
  invalidateAll(): Promise<boolean>

  /**
   * A copy of this cache's counts in this process.
   *
   * @example
   * ```ts
   * const { hits, misses, loads } = cache.stats()
   * ```
   */
  stats(): Readonly<CacheStats>

  /**
   * Whether reads use the store or bypass it, and why. For a health check: a bypassed cache still answers.
   *
   * @example
   * ```ts
   * const { isUsable } = cache.health()
   * ```
   */
  health(): StoreHealth

  /**
   * Waits for running reads and refreshes, and starts no more refreshes. The store stays open, since other caches may use it:
   * `await cache.close()`, then `await store.close?.()`, then close the client.
   *
   * @example
   * ```ts
   * await cache.close()
   * redis.disconnect()
   * ```
   */
  close(): Promise<void>
}

const INVALIDATED: OptionNames<Invalidated> = { keys: true, tags: true }
const NOTHING_TO_INVALIDATE = 'invalidate was given neither keys nor tags; give one of them, or call invalidateAll'

/**
 * Builds a cache.
 *
 * @throws CacheError `BAD_OPTION`
 *
 * @example
 * ```ts
 * import { createCache, invalidate, memoryStore, stampedeLock } from 'cache-core'
 *
 * const posts = createCache({ store: memoryStore(), read: stampedeLock({ ttlMs: 60_000 }), write: invalidate() })
 * const { value, outcome } = await posts.read('post:42', () => db.findPost(42)) // outcome: 'miss', then 'hit'
 * await posts.write({ keys: ['post:42'] }, () => db.renamePost(42, 'New title'))
 * ```
 */
export function createCache<T = unknown>(options: CacheOptions<T>): Cache<T> {
  checkCacheOptions(options)
  const { store, read, write, runtime = systemRuntime, version = '', loadTimeoutMs, on = {}, onWarning } = options
  const parts: CacheParts<T> = {
    store,
    read,
    backlog: write.backlog,
    codec: options.codec ?? (jsonCodec as Codec<T>),
    runtime,
    version,
    loadTimeoutMs,
    stats: newStats(),
    on: swallowed(on),
    warnOnce: warnOnce(onWarning),
  }
  const reader = read.lifetime === undefined ? uncachedReader(parts) : cachingReader({ ...parts, read })
  const writer = new StoreWriter<T>(parts)
  const { stats } = parts

  return {
    guarantee: guaranteeOf(read, write, store),
    read: ((key, load, options = NO_OPTIONS) =>
      options?.signal === undefined
        ? reader.read(key, load, options)
        : unlessAborted(options.signal, () => reader.read(key, load, options))) as Cache<T>['read'],
    readMany: ((keys, load, options = NO_OPTIONS) =>
      options?.signal === undefined
        ? reader.readMany(keys, load, options)
        : unlessAborted(options.signal, () => reader.readMany(keys, load, options))) as Cache<T>['readMany'],
    get: (key, options = NO_OPTIONS) => reader.get(key, options),
    peek: (key, options = NO_OPTIONS) => reader.peek(key, options),
    async set(key, value, options = NO_OPTIONS) {
      const tags = checkRead(parts, 'set', key, options)
      return writer.set(key, tags, value, options.ttlMs)
    },
    async write(change, commit) {
      const checked = checkChange(change, parts.warnOnce)
      checkFunction('commit', commit, 'give the function that runs the transaction')
      const written = await write.write(checked, async () => commit(), writer)
      stats.writes++
      return written
    },
    async invalidate(what) {
      checkOptions('invalidate', what, INVALIDATED)
      const { keys, tags } = what
      if (keys === undefined && tags === undefined) throw new CacheError('BAD_OPTION', NOTHING_TO_INVALIDATE)
      return writer.invalidate(keys ?? [], tags ?? [])
    },
    async invalidateAll() {
      const isConfirmed = await store.invalidateAll()
      stats.invalidations++
      parts.on.invalidateAll?.({ type: 'invalidateAll', isConfirmed })
      return isConfirmed
    },
    stats: () => ({ ...stats }),
    health: () => store.health?.() ?? { isUsable: true },
    close: () => reader.close(),
  }
}

function swallowed(on: CacheListeners): CacheListeners {
  const listeners = Object.entries(on) as [string, (event: never) => unknown][]
  return Object.fromEntries(listeners.map(([type, listener]) => [type, swallowing(listener)]))
}

async function unlessAborted<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  checkMethods('signal', signal, ['throwIfAborted', 'addEventListener', 'removeEventListener'], 'give an AbortSignal')
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
