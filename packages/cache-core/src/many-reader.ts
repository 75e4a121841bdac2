import type { CacheParts } from './cache-parts.ts'
import { checkNames } from './check.ts'
import type { Examiner } from './examiner.ts'
import { StoreKeyRead } from './key-read.ts'
import type { Awaitable, Lookup } from './ports/store.ts'
import type { CachingStrategy } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import { checkLoad, checkRead, observed, type ReadOptions } from './reader.ts'
import { type LoadMany, type PartOfLoad, SharedLoad } from './shared-load.ts'
import { nextMoment } from './single-flight.ts'

/** What a `readMany` needs of the reads of single keys. */
export interface SingleReads<T> {
  /** Rejects if the store throws. */
  lookUp(key: string, tags: readonly string[]): Awaitable<Lookup>
  /** @param looked if it is not a promise, the examiner has just examined it, and found no answer. */
  readThrough(
    key: string,
    tags: readonly string[],
    load: PartOfLoad<T>,
    options: ReadOptions,
    began: number,
    startedAt: number | undefined,
    looked: Awaitable<Lookup>,
  ): Promise<ReadResult<T>>
  /** Refreshes in the background what the examiner has just examined and recorded. */
  refresh(keyRead: StoreKeyRead<T>): void
  /** `close` waits for this work. */
  whileUnanswered<R>(work: Promise<R>): Promise<R>
}

/** How much faster than this process's clock the store's may run, as `ServerClock` assumes. */
const FASTEST_STORE_CLOCK = 1 + 500e-6

/** One `readMany`. */
interface Call<T> {
  /** Each once, in the order in which they were given. */
  readonly keys: readonly string[]
  readonly tags: readonly string[]
  readonly load: LoadMany<T>
  readonly options: ReadOptions
  readonly began: number
  readonly startedAt: number | undefined
  /** In the order of the keys. */
  readonly results: ReadResult<T>[]
  /** When each result was the answer, in the runtime's milliseconds. The store's clock may be corrected between two readings. */
  readonly answeredAt: number[]
  /** The places of results that are not counted yet. */
  readonly hits: Set<number>
}

/** Reads many keys, each under the same guard as a single one: their lookups are sent together, and their loads are one. */
export class ManyReader<T> {
  readonly #parts: CacheParts<T, CachingStrategy>
  readonly #examiner: Examiner<T>
  readonly #single: SingleReads<T>

  constructor(parts: CacheParts<T, CachingStrategy>, examiner: Examiner<T>, single: SingleReads<T>) {
    this.#parts = parts
    this.#examiner = examiner
    this.#single = single
  }

  async read(given: readonly string[], load: LoadMany<T>, options: ReadOptions): Promise<Map<string, ReadResult<T>>> {
    const began = nextMoment()
    checkNames('keys', given)
    const tags = checkRead(this.#parts, 'readMany', '', options)
    checkLoad(load, 'loadMissing')
    const startedAt = this.#parts.on.read && this.#parts.runtime.now()
    const keys = [...new Set(given)]
    const hits = new Set<number>()
    const call: Call<T> = { keys, tags, load, options, began, startedAt, results: [], answeredAt: [], hits }
    const places = [...keys.keys()]
    let hasWaited = await this.#round(places, call)
    while (hasWaited) {
      const left = places.filter((place) => this.#grewTooOld(place, call))
      hasWaited = left.length > 0
      if (hasWaited) await this.#round(left, call)
    }
    for (const place of hits) observed(this.#parts, keys[place]!, call.results[place]!, startedAt)
    const results = new Map<string, ReadResult<T>>()
    for (const place of places) results.set(keys[place]!, call.results[place]!)
    return results
  }

  /**
   * @param left the places of the keys to read.
   * @returns whether some had to be loaded, so that the others waited.
   */
  async #round(left: readonly number[], call: Call<T>): Promise<boolean> {
    const { tags, load, options, began, results, answeredAt, hits } = call
    const { runtime } = this.#parts
    const examiner = this.#examiner
    const keys = left.map((place) => call.keys[place]!)
    const lookups = await this.#single.whileUnanswered(this.#lookUpAll(keys, tags))
    const examinedAt = runtime.now()
    const loading: Promise<void>[] = []
    let shared: SharedLoad<T> | undefined
    for (let i = 0; i < keys.length; i++) {
      const [place, key, lookup] = [left[i]!, keys[i]!, lookups?.[i]]
      const result = lookup && examiner.examine(key, lookup, began)
      if (result === undefined) {
        shared ??= new SharedLoad(load, keys.slice(i), runtime.soon)
        loading.push(this.#readOne(place, call, shared, lookup ?? this.#single.lookUp(key, tags)))
        continue
      }
      shared?.pass(key)
      hits.add(place)
      results[place] = result
      answeredAt[place] = examinedAt
      if (!examiner.wantsRefresh) continue
      shared ??= new SharedLoad(load, keys.slice(i + 1), runtime.soon)
      const keyRead = new StoreKeyRead<T>(this.#parts, examiner, key, tags, shared.loadOf(key), options, began)
      keyRead.record(lookup!)
      this.#single.refresh(keyRead)
    }
    if (loading.length > 0) await Promise.all(loading)
    return loading.length > 0
  }

  async #readOne(place: number, call: Call<T>, shared: SharedLoad<T>, looked: Awaitable<Lookup>): Promise<void> {
    const { keys, tags, options, began, startedAt, results, answeredAt, hits } = call
    const key = keys[place]!
    hits.delete(place) // counted by `readThrough`
    try {
      const load = shared.loadOf(key)
      results[place] = await this.#single.readThrough(key, tags, load, options, began, startedAt, looked)
      answeredAt[place] = this.#parts.runtime.now()
    } finally {
      shared.pass(key)
    }
  }

  /**
   * Makes a cached answer as old as it is by now. @returns whether it became too old while it waited for the others. If it was too old
   * from the start, it comes from a load that was shared, which may take any time.
   */
  #grewTooOld(place: number, { results, answeredAt }: Call<T>): boolean {
    const { runtime, read } = this.#parts
    const { outcome, value, ageMs, ttlMs, loadMs, asOf } = results[place]!
    if (outcome === 'miss' || outcome === 'bypass') return false
    const now = runtime.now()
    const waitedMs = (now - answeredAt[place]!) * FASTEST_STORE_CLOCK
    if (outcome === 'hit' || outcome === 'stale') {
      const aged = waitedMs < ttlMs ? outcome : 'stale'
      answeredAt[place] = now
      results[place] = new ReadResult(aged, value, ageMs + waitedMs, ttlMs - waitedMs, loadMs, asOf)
    }
    const limitMs = read.guarantee.staleForAtMostMs
    return ageMs < limitMs && ageMs + waitedMs >= limitMs
  }

  /** `undefined`: the store failed. Each key is then looked up by itself, which handles its failure. */
  async #lookUpAll(keys: readonly string[], tags: readonly string[]): Promise<readonly Lookup[] | undefined> {
    const { store } = this.#parts
    try {
      return await (store.getMany?.(keys, tags) ?? Promise.all(keys.map((key) => store.get(key, tags))))
    } catch {
      return undefined
    }
  }
}
