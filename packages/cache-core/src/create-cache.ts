import { AsyncLocalStorage } from 'node:async_hooks'
import { bulkhead } from 'cockatiel'
import { type Codec, jsonCodec } from './codec.ts'
import { MAX_TAGS } from './entry.ts'
import { CacheError, checkText } from './errors.ts'
import { StoreKeyRead } from './key-read.ts'
import { type Runtime, systemRuntime } from './ports/runtime.ts'
import type { Store } from './ports/store.ts'
import type { Change, ReadStrategy, WriteStrategy } from './ports/strategy.ts'
import type { ReadResult } from './read-result.ts'
import { type AsOf, Flights, nextMoment } from './single-flight.ts'
import { StoreWriter } from './writer.ts'

export interface CacheOptions<T> {
  readonly store: Store
  readonly read: ReadStrategy
  readonly write: WriteStrategy
  /** Default `jsonCodec`. */
  readonly codec?: Codec<T>
  /** Default the process's own time, randomness and timers. */
  readonly runtime?: Runtime
}

export interface ReadOptions {
  /** Tags that void this entry when they are invalidated. The same, in the same order, for every read of a key. At most 255, default none. */
  readonly tags?: readonly string[]
}

/** A cache: one read strategy, one write strategy, one store. Values it hands out are shared; treat them as read-only. */
export interface Cache<T> {
  /**
   * The value under `key`, from the cache or from `load`.
   *
   * @param load reads the origin (the primary, outside any older snapshot); `undefined` means "there is no such value",
   *   which is cached too. What it throws is thrown to all who waited for it. Give it a timeout of its own: this process's
   *   readers of the key wait for as long as it takes.
   * @throws CacheError `ENCODE_FAILED`. A store that is away never fails a read.
   */
  read<V extends T>(key: string, load: () => Promise<V | undefined>, options?: ReadOptions): Promise<ReadResult<V>>

  /**
   * Runs `commit` and keeps the promise of the write strategy for what `change` names. Resolves, with the commit's
   * result, once the write may be acknowledged.
   *
   * @throws what `commit` throws, or `change.keys`. Nothing else after the commit fails a write: what can't be filled is voided.
   */
  write<R>(change: Change<T, R>, commit: () => Promise<R>): Promise<R>

  /** Invalidates entries by key and by tag. False: the store is away; it is done before this process uses it again. */
  invalidate(what: { readonly keys?: readonly string[]; readonly tags?: readonly string[] }): Promise<boolean>

  /** Invalidates everything. Answers as `invalidate` does. */
  invalidateAll(): Promise<boolean>
}

/** So many loads at once reach the origin past a cache that is away; the others queue, one per key. */
const LOADS_PAST_THE_CACHE = 32
/** Set within a load past a cache. What it reads through a cache itself must not queue behind it. */
const loadingPastTheCache = new AsyncLocalStorage<true>()
const NO_TAGS: readonly string[] = []

/** Builds a cache. @throws CacheError `BAD_OPTION` */
export function createCache<T = unknown>(options: CacheOptions<T>): Cache<T> {
  const { store, read: strategy, write: writes, runtime = systemRuntime } = options
  const codec = options.codec ?? (jsonCodec as Codec<T>)
  const parts = { store, read: strategy, codec, runtime }
  const flights = new Flights()
  const flightsPastTheCache = new Flights()
  const gate = bulkhead(LOADS_PAST_THE_CACHE, Number.POSITIVE_INFINITY)
  const writer = new StoreWriter<T>(parts)

  async function read(key: string, load: () => Promise<T | undefined>, options?: ReadOptions): Promise<ReadResult<T>> {
    const began = nextMoment()
    const tags = options?.tags ?? NO_TAGS
    checkNames(key, tags)
    const slot = new StoreKeyRead<T>(parts, key, tags, load)
    if (strategy.lifetime === undefined) return (await strategy.onMiss(slot)).as('bypass')
    try {
      const asked = store.get(key, slot.tags)
      const { bytes, epochs } = asked instanceof Promise ? await asked : asked
      return slot.examine(bytes, epochs) ?? (await readTogether(slot, began))
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return await readPastTheCache(slot, began)
    }
  }

  async function readTogether(slot: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    const fly = async (flight: AsOf, waited: boolean) => {
      slot.board(flight)
      return (waited && (await slot.get())) || strategy.onMiss(slot)
    }
    // The same key under other tags is another question.
    const question = JSON.stringify([slot.key, slot.tags])
    const { result, own } = await flights.join(question, began, fly, isUnavailable)
    return own && result.outcome === 'miss' ? result : result.as('collapsed')
  }

  /** The origin is spared the herd that the cache no longer keeps away: one load per key, and so many in all. */
  async function readPastTheCache(slot: StoreKeyRead<T>, began: number): Promise<ReadResult<T>> {
    if (loadingPastTheCache.getStore()) return (await slot.load()).as('bypass')
    const load = (flight: AsOf) => loadingPastTheCache.run(true, () => slot.board(flight).load())
    const fly = (flight: AsOf) => gate.execute(() => load(flight))
    const { result } = await flightsPastTheCache.join(slot.key, began, fly)
    return result.as('bypass')
  }

  return {
    read: read as Cache<T>['read'],
    write: (change, commit) => writes.write(harmless(change), async () => commit(), writer),
    invalidate: ({ keys = [], tags = [] }) => writer.invalidate(keys, tags),
    invalidateAll: async () => store.invalidateAll(),
  }
}

/** Nothing after the commit fails a write, not even a mistake of those who are told of it. */
function harmless<T, R>(change: Change<T, R>): Change<T, R> {
  const { delivered } = change
  if (delivered === undefined) return change
  return {
    ...change,
    delivered(result) {
      try {
        delivered(result)
      } catch {}
    },
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
