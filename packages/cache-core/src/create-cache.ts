import { AsyncLocalStorage } from 'node:async_hooks'
import { bulkhead } from 'cockatiel'
import { type CacheEvent, swallowing } from './cache-event.ts'
import type { CacheParts } from './cache-parts.ts'
import { type CacheStats, newStats, outcomeCounts } from './cache-stats.ts'
import { type Codec, jsonCodec } from './codec.ts'
import { MAX_TAGS } from './entry.ts'
import { CacheError, checkNumber, checkText } from './errors.ts'
import { type Guarantee, guaranteeOf } from './guarantee.ts'
import { StoreKeyRead } from './key-read.ts'
import { checkTtl, type Load, type LoadContext, LoadRun, type ReadRequest, runLoad } from './load-run.ts'
import { type Runtime, systemRuntime } from './ports/runtime.ts'
import type { Store, StoreHealth } from './ports/store.ts'
import type { CachingStrategy, Change, ReadStrategy, WriteResult, WriteStrategy } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import { nextMoment, SingleFlight } from './single-flight.ts'
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
  /** Told of what happens, as it happens. Called synchronously, also on hits: keep it short. What it throws is swallowed. */
  readonly onEvent?: (event: CacheEvent) => void
  /** Default the process's own time, randomness and timers. */
  readonly runtime?: Runtime
}

export interface ReadOptions {
  /** Tags that invalidate this entry. The same, in the same order, for every read of a key. At most 255, default none. */
  readonly tags?: readonly string[]
  /** How long the value is fresh if this read loads it, in milliseconds: at least 1, at most and by default the strategy's. */
  readonly ttlMs?: number
  /** Instead of the cache's, if this read loads. */
  readonly loadTimeoutMs?: number
  /** Ends this caller's wait: `read` rejects with its reason. The load goes on for others, and for the cache. */
  readonly signal?: AbortSignal
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
   *   function and options are used.
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
   * @throws what `commit` throws, or `change.keys` and `change.tags` as functions. Nothing else after the commit fails a write:
   *   what can't be filled is invalidated.
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
   * Waits for loads and refreshes under way, and starts no more refreshes. The store stays open, since other caches may use
   * it: `await cache.close()`, then `await store.close?.()`, then the client.
   */
  close(): Promise<void>
}

/** At most this many loads at once reach the origin past a cache that is away; the others queue. */
const LOADS_PAST_THE_CACHE = 32
/** Set within a load past a cache. What it reads through a cache itself must not queue behind it. */
const loadingPastTheCache = new AsyncLocalStorage<true>()
const NO_TAGS: readonly string[] = []
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
  const maxTtlMs = read.lifetime?.ttlMs ?? Number.MAX_SAFE_INTEGER
  const { stats, emit } = parts

  async function readAny(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>> {
    const startedAt = emit === undefined ? 0 : runtime.now()
    try {
      const result = await reader.read(requestOf(key, load, options))
      stats[outcomeCounts[result.outcome]]++
      emit?.({ type: 'read', key, outcome: result.outcome, durationMs: runtime.now() - startedAt })
      return result
    } catch (error) {
      stats.failedReads++
      throw error
    }
  }

  function requestOf(
    key: string,
    load: Load<T>,
    { tags = NO_TAGS, ttlMs, loadTimeoutMs }: ReadOptions,
  ): ReadRequest<T> {
    checkNames(key, tags)
    if (ttlMs !== undefined) checkTtl(ttlMs, maxTtlMs)
    if (loadTimeoutMs !== undefined) checkTimeout(loadTimeoutMs)
    return { key, tags, load, ttlMs, loadTimeoutMs }
  }

  return {
    guarantee: guaranteeOf(read, write, store),
    read: ((key, load, options = NO_OPTIONS) =>
      options.signal === undefined
        ? readAny(key, load, options)
        : unlessAborted(options.signal, () => readAny(key, load, options))) as Cache<T>['read'],
    async peek(key, { tags = NO_TAGS } = {}) {
      checkNames(key, tags)
      return reader.peek(key, tags)
    },
    async set(key, value, { tags = NO_TAGS, ttlMs } = {}) {
      checkNames(key, tags)
      if (ttlMs !== undefined) checkTtl(ttlMs, maxTtlMs)
      return writer.set(key, tags, value, ttlMs)
    },
    async write(change, commit) {
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

/** How a cache reads: through its store, or past it where its strategy keeps nothing. */
interface Reader<T> {
  read(request: ReadRequest<T>): Promise<ReadResult<T>>
  peek(key: string, tags: readonly string[]): Promise<ReadResult<T> | undefined>
  close(): Promise<void>
}

function uncachedReader<T>(parts: CacheParts<T>): Reader<T> {
  return {
    async read(request) {
      const run = new LoadRun(request, Number.MAX_SAFE_INTEGER)
      const { value, loadMs } = await runLoad(parts, request, run)
      return new ReadResult('bypass', value, loadMs, 0, loadMs, 0)
    },
    peek: async () => undefined,
    async close() {},
  }
}

function cachingReader<T>(parts: CacheParts<T, CachingStrategy>): Reader<T> {
  const { store, read: strategy, stats, emit } = parts
  const flights = new SingleFlight()
  const flightsPastTheCache = new SingleFlight()
  const gate = bulkhead(LOADS_PAST_THE_CACHE, Number.POSITIVE_INFINITY)
  let isClosed = false

  async function read(request: ReadRequest<T>): Promise<ReadResult<T>> {
    const began = nextMoment()
    const keyRead = new StoreKeyRead<T>(parts, request, began)
    try {
      const asked = store.get(keyRead.key, keyRead.tags)
      const { bytes, epochs } = asked instanceof Promise ? await asked : asked
      const answer = keyRead.examine(bytes, epochs)
      if (answer === undefined) return await readTogether(keyRead, began)
      if (keyRead.wantsRefresh && !isClosed) refresh(keyRead)
      return answer
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return await readPastTheCache(keyRead, began)
    }
  }

  async function readTogether(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    const start = async (waited: boolean) => (waited && (await keyRead.get())) || strategy.onMiss(keyRead)
    const { answer, isOwn } = await flights.join(questionOf(keyRead), began, keyRead, start, isUnavailable)
    return answer.outcome === 'stale' || (isOwn && answer.outcome === 'miss') ? answer : answer.as('collapsed')
  }

  /** Behind an answer: one at a time per key in this process, and one over all of them, by its lease. */
  function refresh(keyRead: StoreKeyRead<T>): void {
    const refreshing = flights.startIfIdle(questionOf(keyRead), keyRead, () => keyRead.refresh())
    if (refreshing === undefined) return
    stats.refreshes++
    const finished = refreshing.then((answer) => answer?.outcome === 'miss')
    finished.catch(() => stats.failedRefreshes++) // the reader has its answer
    emit?.({ type: 'refresh', key: keyRead.key, finished })
  }

  /** Protects the origin while the cache is bypassed: one load per key, and at most `LOADS_PAST_THE_CACHE` at once. */
  async function readPastTheCache(keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    if (loadingPastTheCache.getStore()) return (await keyRead.load()).as('bypass')
    const load = () => loadingPastTheCache.run(true, () => keyRead.load())
    const start = () => gate.execute(load)
    const { answer } = await flightsPastTheCache.join(keyRead.key, began, keyRead, start)
    return answer.as('bypass')
  }

  return {
    read,
    async peek(key, tags) {
      const request = { key, tags, load: async () => undefined, ttlMs: undefined, loadTimeoutMs: undefined }
      const keyRead = new StoreKeyRead<T>(parts, request, nextMoment())
      try {
        const { bytes, epochs } = await store.get(key, tags)
        return keyRead.examine(bytes, epochs)
      } catch (error) {
        if (isUnavailable(error)) return undefined
        throw error
      }
    },
    async close() {
      isClosed = true
      await Promise.all([flights.idle(), flightsPastTheCache.idle()])
    },
  }
}

/** What a flight answers: the same key under other tags is another question. */
function questionOf({ key, tags }: Pick<StoreKeyRead<unknown>, 'key' | 'tags'>): string {
  return JSON.stringify([key, tags])
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

function isUnavailable(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'STORE_UNAVAILABLE'
}

function checkNames(key: string, tags: readonly string[]): void {
  checkText('key', key)
  for (const tag of tags) checkText('tag', tag)
  if (tags.length <= MAX_TAGS) return
  throw new CacheError('BAD_OPTION', `"${key}" is read with ${tags.length} tags; give at most ${MAX_TAGS}`, { key })
}

/** Timers can't bear more. */
const MAX_TIMEOUT_MS = 2_147_483_647

function checkTimeout(timeoutMs: number): number {
  return checkNumber('loadTimeoutMs', timeoutMs, { min: 1, max: MAX_TIMEOUT_MS })
}
