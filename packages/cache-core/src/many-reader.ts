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

/** One `readMany`. */
interface Call<T> {
  readonly tags: readonly string[]
  readonly load: LoadMany<T>
  readonly options: ReadOptions
  readonly began: number
  readonly startedAt: number | undefined
  /** By key, in the order of the keys. */
  readonly answers: Map<string, Answered<T> | undefined>
}

interface Answered<T> {
  readonly result: ReadResult<T>
  /** In the store's time. */
  readonly at: number
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

  async read(keys: readonly string[], load: LoadMany<T>, options: ReadOptions): Promise<Map<string, ReadResult<T>>> {
    const began = nextMoment()
    checkNames('keys', keys)
    const tags = checkRead(this.#parts, 'readMany', '', options)
    checkLoad(load, 'loadMissing')
    const startedAt = this.#parts.emit && this.#parts.runtime.now()
    const answers: Call<T>['answers'] = new Map()
    for (const key of keys) answers.set(key, undefined)
    const call = { tags, load, options, began, startedAt, answers }
    let left = [...answers.keys()]
    while (left.length > 0) left = await this.#round(left, call)
    const results = new Map<string, ReadResult<T>>()
    for (const [key, answered] of answers) results.set(key, answered!.result)
    return results
  }

  /** @returns the keys to read again: their entries grew older than guaranteed while other keys were loaded */
  async #round(keys: readonly string[], call: Call<T>): Promise<string[]> {
    const { tags, load, options, began, startedAt, answers } = call
    const { store, runtime } = this.#parts
    const examiner = this.#examiner
    const shared = new SharedLoad(store, load, keys, runtime.soon)
    const lookups = await this.#single.whileUnanswered(this.#lookUpAll(keys, tags))
    const hits: string[] = []
    const loading: Promise<void>[] = []
    keys.forEach((key, i) => {
      const lookup = lookups?.[i]
      const result = lookup && examiner.examine(key, lookup, began)
      if (result === undefined) {
        loading.push(this.#readOne(key, call, shared, lookup ?? this.#single.lookUp(key, tags)))
        return
      }
      shared.pass(key)
      hits.push(key)
      answers.set(key, { result, at: examiner.now })
      if (!examiner.wantsRefresh) return
      const keyRead = new StoreKeyRead<T>(this.#parts, examiner, key, tags, shared.loadOf(key), options, began)
      keyRead.record(lookup!)
      this.#single.refresh(keyRead)
    })
    if (loading.length > 0) await Promise.all(loading)
    const left = loading.length > 0 ? this.#age(keys, answers) : []
    for (const key of hits) {
      if (!left.includes(key)) observed(this.#parts, key, answers.get(key)!.result, startedAt)
    }
    return left
  }

  async #readOne(key: string, call: Call<T>, shared: SharedLoad<T>, looked: Awaitable<Lookup>): Promise<void> {
    const { tags, options, began, startedAt, answers } = call
    try {
      const load = shared.loadOf(key)
      const result = await this.#single.readThrough(key, tags, load, options, began, startedAt, looked)
      answers.set(key, { result, at: this.#parts.store.clock.latest() })
    } finally {
      shared.pass(key)
    }
  }

  /**
   * Makes cached answers as old as they are by now. @returns the keys whose answers became too old while they waited for the others.
   * An answer that was too old from the start comes from a load that was shared, and may take any time.
   */
  #age(keys: readonly string[], answers: Call<T>['answers']): string[] {
    const { store, read } = this.#parts
    const now = store.clock.latest()
    return keys.filter((key) => {
      const { result, at } = answers.get(key)!
      const { outcome, value, ageMs, ttlMs, loadMs, asOf } = result
      if (outcome === 'miss' || outcome === 'bypass') return false
      const waitedMs = Math.max(0, now - at)
      const isCached = outcome === 'hit' || outcome === 'stale'
      if (isCached) {
        const aged = waitedMs < ttlMs ? outcome : 'stale'
        answers.set(key, { at, result: new ReadResult(aged, value, ageMs + waitedMs, ttlMs - waitedMs, loadMs, asOf) })
      }
      const limitMs = read.guarantee.staleForAtMostMs
      return ageMs < limitMs && ageMs + waitedMs >= limitMs
    })
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
