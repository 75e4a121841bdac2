import { AsyncLocalStorage } from 'node:async_hooks'
import { bulkhead } from 'cockatiel'
import { type CacheEvent, swallowing } from './cache-event.ts'
import type { CacheParts } from './cache-parts.ts'
import { type CacheStats, countRead, newStats } from './cache-stats.ts'
import { type Codec, jsonCodec } from './codec.ts'
import { MAX_TAGS } from './entry.ts'
import { CacheError, checkNumber, checkText } from './errors.ts'
import { type Guarantee, guaranteeOf } from './guarantee.ts'
import { StoreKeyRead } from './key-read.ts'
import { checkTtl, type Load, type LoadContext, type LoadOptions, LoadRun, runLoad } from './load-run.ts'
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

export interface ReadOptions extends LoadOptions {
  /** Tags that invalidate this entry. The same, in the same order, for every read of a key. At most 255, default none. */
  readonly tags?: readonly string[]
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
  read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>>
  peek(key: string, options: ReadOptions): Promise<ReadResult<T> | undefined>
  close(): Promise<void>
}

function uncachedReader<T>(parts: CacheParts<T>): Reader<T> {
  const { stats, emit, runtime } = parts
  return {
    async read(key, load, options) {
      checkRead(parts, key, options)
      const startedAt = emit && runtime.now()
      const request = { key, tags: options.tags ?? NO_TAGS, load, options }
      try {
        const { value, loadMs } = await runLoad(parts, request, new LoadRun(request, Number.MAX_SAFE_INTEGER))
        return observed(parts, key, new ReadResult('bypass', value, loadMs, 0, loadMs, 0), startedAt)
      } catch (error) {
        stats.failedReads++
        throw error
      }
    },
    async peek(key, options) {
      checkRead(parts, key, options)
      return undefined
    },
    async close() {},
  }
}

function cachingReader<T>(parts: CacheParts<T, CachingStrategy>): Reader<T> {
  const { store, read: strategy, runtime, stats, emit } = parts
  const flights = new SingleFlight()
  const flightsPastTheCache = new SingleFlight()
  const gate = bulkhead(LOADS_PAST_THE_CACHE, Number.POSITIVE_INFINITY)
  let isClosed = false

  async function read(key: string, load: Load<T>, options: ReadOptions): Promise<ReadResult<T>> {
    const began = nextMoment()
    checkRead(parts, key, options)
    const startedAt = emit && runtime.now()
    const { tags = NO_TAGS } = options
    const keyRead = new StoreKeyRead<T>(parts, key, tags, load, options, began)
    try {
      const asked = store.get(key, tags)
      const { bytes, epochs } = asked instanceof Promise ? await asked : asked
      const answer = keyRead.examine(bytes, epochs) ?? (await readTogether(keyRead, began))
      if (keyRead.wantsRefresh && !isClosed) refresh(keyRead)
      return observed(parts, key, answer, startedAt)
    } catch (error) {
      return observed(parts, key, await afterFailure(error, keyRead, began), startedAt)
    }
  }

  /** What a failed read comes to: a store that is away costs a bypass. */
  async function afterFailure(error: unknown, keyRead: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    try {
      if (!isUnavailable(error)) throw error
      return await readPastTheCache(keyRead, began)
    } catch (failure) {
      stats.failedReads++
      throw failure
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
    async peek(key, options) {
      checkRead(parts, key, options)
      const { tags = NO_TAGS } = options
      const keyRead = new StoreKeyRead<T>(parts, key, tags, nothing, options, nextMoment())
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

async function nothing(): Promise<undefined> {}

/** Counts a read that was answered, and tells of it. */
function observed<T>(
  { stats, emit, runtime }: CacheParts<T>,
  key: string,
  answer: ReadResult<T>,
  startedAt: number | undefined,
): ReadResult<T> {
  countRead(stats, answer.outcome)
  if (startedAt !== undefined) {
    emit?.({ type: 'read', key, outcome: answer.outcome, durationMs: runtime.now() - startedAt })
  }
  return answer
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

/** @throws CacheError `BAD_OPTION` */
function checkRead<T>({ read }: CacheParts<T>, key: string, { tags, ttlMs, loadTimeoutMs }: ReadOptions): void {
  checkText('key', key)
  if (tags !== undefined) {
    for (const tag of tags) checkText('tag', tag)
    if (tags.length > MAX_TAGS) {
      const message = `"${key}" is read with ${tags.length} tags; give at most ${MAX_TAGS}`
      throw new CacheError('BAD_OPTION', message, { key })
    }
  }
  if (ttlMs !== undefined) checkTtl(ttlMs, read.lifetime?.ttlMs ?? Number.MAX_SAFE_INTEGER)
  if (loadTimeoutMs !== undefined) checkTimeout(loadTimeoutMs)
}

/** Timers can't bear more. */
const MAX_TIMEOUT_MS = 2_147_483_647

function checkTimeout(timeoutMs: number): number {
  return checkNumber('loadTimeoutMs', timeoutMs, { min: 1, max: MAX_TIMEOUT_MS })
}
