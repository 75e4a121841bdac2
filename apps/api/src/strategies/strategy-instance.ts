/** A running strategy: its cache and store, its copy of the posts, its tuning and its counters. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Cache,
  cacheAside,
  createCache,
  type Flusher,
  type Guarantee,
  type Invalidated,
  invalidate,
  memoryStore,
  noCache,
  type Store,
  type WriteLog,
} from 'cache-core'
import type { Outbox } from 'cache-core/postgres'
import type { Logger } from 'pino'
import type { PostJson, PostsRepository } from 'posts-db'
import { badRequest, Problem } from '../http/problem.ts'
import { AcknowledgedWrites } from '../posts/acknowledged-writes.ts'
import type { HottestPosts } from '../posts/hottest/hottest-posts.ts'
import { Representation, representationCodec } from '../posts/representation.ts'
import { type CacheReports, cacheReports } from '../telemetry/cache-reports.ts'
import { Counters } from '../telemetry/counters.ts'
import { observedOutbox } from '../telemetry/observed-store.ts'
import type { Inspected } from './inspected.ts'
import { type QueueTarget, storingFlusher } from './storing-flusher.ts'
import type {
  OpenStrategy,
  ReadBy,
  RuntimeTuning,
  ServedCache,
  StoreKind,
  StrategyProvider,
} from './strategy-provider.ts'

/** Settings by name, as in a request. */
export type TuningChange = Readonly<Record<string, number | undefined>>

export interface StrategyInstanceOptions {
  readonly strategy: StrategyProvider
  readonly tuning: RuntimeTuning
  readonly posts: PostsRepository
  /** The Postgres schema that `posts` reads and writes. */
  readonly schema: string
  /** Delivers the changes recorded in the schema. Undefined: none are recorded. */
  readonly outbox?: Outbox | undefined
  /** Stores queued writes in the schema. */
  readonly queueTarget: QueueTarget
  /** Counts reads of posts. Undefined: they are not counted. */
  readonly hottest?: HottestPosts | undefined
  /** Whether all writes go through this process, so that it knows how stale a value is. */
  readonly knowsAllWrites: boolean
  /** For failed refreshes and warnings. */
  readonly logger: Logger
}

/** More posts than this in one answer would take hundreds of megabytes. */
export const MAX_LISTED = 50_000
/** Memory limit of the page's `memory` layer, per strategy. */
const MAX_IN_MEMORY_BYTES = 16 * 2 ** 20

export class StrategyInstance {
  readonly name: string
  readonly strategy: StrategyProvider
  readonly schema: string
  readonly posts: PostsRepository
  readonly counters = new Counters()
  /** Whether this process's reads are guaranteed to see acknowledged writes, with any tuning. */
  readonly readsAreCurrent: boolean
  /** Undefined if other processes acknowledge writes too. */
  readonly writes: AcknowledgedWrites | undefined
  /** Undefined if changes are not recorded. */
  readonly outbox: Outbox | undefined
  /** The queue of its writes, and what stores them. Undefined: writes go to the database directly. */
  readonly queue: { readonly log: WriteLog; readonly flusher: Flusher } | undefined
  /** Undefined if reads are not counted. */
  readonly hottest: HottestPosts | undefined
  readonly #reports: CacheReports
  readonly #opened: OpenStrategy
  #tuning: RuntimeTuning
  #cache: ServedCache
  #pages: ReturnType<OpenStrategy['pages']>
  /** Created at the first use, since its store takes several megabytes. */
  #memory: { readonly store: Store; cache: Cache<Representation> } | undefined

  constructor({ strategy, schema, posts, ...options }: StrategyInstanceOptions) {
    this.name = strategy.name
    this.strategy = strategy
    this.schema = schema
    this.posts = posts
    this.writes = options.knowsAllWrites ? new AcknowledgedWrites() : undefined
    this.outbox = options.outbox
    this.hottest = options.hottest
    this.#reports = cacheReports(this.name, this.counters, options.logger)
    const { outbox } = this
    const { queueTarget, logger } = options
    this.#opened = strategy.open(this.counters, this.#reports, {
      outbox: outbox && observedOutbox(outbox, this.counters, () => void this.#forgetData()),
      highestStoredId: () => queueTarget.highestStoredId(),
    })
    const { writeLog: log, store } = this.#opened
    const invalidateMemory = (what: Invalidated) => this.invalidateMemory(what)
    this.queue = log && {
      log,
      flusher: storingFlusher({ name: this.name, log, store, outbox, target: queueTarget, invalidateMemory, logger }),
    }
    this.#tuning = strategy.effectiveTuning(options.tuning)
    this.#cache = this.#opened.cache(this.#tuning)
    this.#pages = this.#opened.pages(this.#tuning)
    this.readsAreCurrent = this.guarantee.readAfterWriteOf !== 'none'
  }

  /** The guarantee that holds with the current tuning and store. */
  get guarantee(): Guarantee {
    return this.#cache.guarantee
  }

  get storeKind(): StoreKind {
    return this.strategy.storeKind
  }

  get cache(): ServedCache {
    return this.#cache
  }

  /** The cache of whole pages, over the same store. */
  get pages(): ReturnType<OpenStrategy['pages']> {
    return this.#pages
  }

  /**
   * Caches data in this process's memory, whatever the strategy's store. Writes through this process invalidate it. Other writes
   * become visible when the entry's TTL ends.
   */
  get memory(): Cache<Representation> {
    if (this.#memory === undefined) {
      const store = memoryStore({ maxBytes: MAX_IN_MEMORY_BYTES })
      this.#memory = { store, cache: this.#cacheInMemory(store) }
    }
    return this.#memory.cache
  }

  #cacheInMemory(store: Store): Cache<Representation> {
    const { ttlMs, leaseMs } = this.#tuning
    const read = this.storeKind === 'none' ? noCache() : cacheAside({ ttlMs, leaseMs })
    return createCache({ ...this.#reports, store, read, write: invalidate(), codec: representationCodec })
  }

  /** Invalidates entries in this process's memory only. */
  async invalidateMemory(what: Invalidated | 'all'): Promise<void> {
    if (what === 'all') await this.#memory?.cache.invalidateAll()
    else await this.#memory?.cache.invalidate(what)
  }

  /** Another cache over the same entries, with the current tuning. Undefined for other libraries and if nothing is kept. */
  cacheReadBy(by: ReadBy): Cache<Representation> | undefined {
    return this.#opened.cacheReadBy?.(this.#tuning, by)
  }

  /** What is kept under a key. Undefined if this library does not show it. */
  async inspect(key: string, tags: readonly string[]): Promise<Inspected | undefined> {
    return this.#opened.inspect?.(key, tags)
  }

  /** One line: why reads bypass the store, or what the store can't do. Undefined if all is well. */
  get trouble(): string | undefined {
    return this.storeKind === 'none' ? undefined : this.#opened.store.health?.().reason
  }

  /** The current values of this strategy's settings. */
  get tuning(): Partial<RuntimeTuning> {
    return Object.fromEntries(this.#tunable.map((name) => [name, this.#tuning[name]]))
  }

  /**
   * Changes the tuning by creating a new cache over the same store. Existing entries keep their TTL, and running loads can
   * still fill, since their leases are in the store.
   *
   * @throws Problem 400 for a setting that this strategy does not have; then nothing is changed.
   */
  tune(change: TuningChange): void {
    const tunable: readonly string[] = this.#tunable
    const useless = Object.keys(change).filter((name) => !tunable.includes(name))
    if (useless.length > 0) {
      const detail = `${this.name} does not use ${useless.join(', ')}; tunable here: ${tunable.join(', ')}`
      throw badRequest('not-tunable', detail)
    }
    this.#tuning = this.strategy.effectiveTuning({ ...this.#tuning, ...change })
    this.#cache = this.#opened.cache(this.#tuning)
    this.#pages = this.#opened.pages(this.#tuning)
    if (this.#memory !== undefined) this.#memory.cache = this.#cacheInMemory(this.#memory.store)
  }

  /** Counts a failed read. A refusal, such as too many posts for one answer, does not count. */
  countFailure(error: unknown): void {
    if (!(error instanceof Problem)) this.counters.counts.failedReads++
  }

  describe() {
    const { title, breaks, note } = this.strategy
    return {
      name: this.name,
      title,
      read: this.strategy.read(this.#tuning).name,
      write: this.strategy.write().name,
      store: this.storeKind,
      promise: { ...this.guarantee, ...(breaks !== undefined && { breaks }) },
      tuning: this.tuning,
      ...(note !== undefined && { note }),
    }
  }

  async loadPost(id: number): Promise<Representation | undefined> {
    this.counters.counts.loads++
    const made = representationOf(await this.posts.byId(id))
    await this.#delay()
    return made
  }

  /** Those of these posts that exist, by id. One load for all of them. */
  async loadPosts(ids: readonly number[]): Promise<Map<number, Representation>> {
    this.counters.counts.loads++
    const made = new Map((await this.posts.byIds(ids)).map((row) => [row.id, Representation.of(row.json, row.version)]))
    await this.#delay()
    return made
  }

  /** @throws Problem 400 if there are too many posts for one answer. */
  async loadAll(): Promise<Representation> {
    if ((await this.posts.count(MAX_LISTED + 1)) > MAX_LISTED) {
      const detail = `there are more than ${MAX_LISTED} posts, too many for one answer; read pages with ?limit=1…1000`
      throw badRequest('too-many-posts', detail)
    }
    this.counters.counts.loads++
    const made = Representation.of((await this.posts.all()).json, 0)
    await this.#delay()
    return made
  }

  async loadPage(limit: number, after: number): Promise<Representation> {
    this.counters.counts.loads++
    const { json, next } = await this.posts.page({ limit, after })
    const made = Representation.of(json, next ?? 0)
    await this.#delay()
    return made
  }

  /** Adds no delay, since this load is already expensive. */
  async loadAuthors(): Promise<Representation> {
    this.counters.counts.loads++
    return Representation.of((await this.posts.authors()).json, 0)
  }

  /** Used after `load-posts`, for example. Resolves to whether the store acknowledged the invalidation. */
  async invalidateAll(): Promise<boolean> {
    const acknowledged = this.storeKind === 'none' || (await this.#opened.store.invalidateAll())
    if (acknowledged) await this.#forgetData()
    return acknowledged
  }

  /** Called after everything was invalidated: reloaded posts start again at version 1, and no older ones are cached. */
  async #forgetData(): Promise<void> {
    this.writes?.forget()
    await this.invalidateMemory('all')
  }

  async #delay(): Promise<void> {
    if (this.#tuning.originDelayMs > 0) await sleep(this.#tuning.originDelayMs)
  }

  get #tunable(): readonly (keyof RuntimeTuning)[] {
    return [...this.strategy.tunable, 'originDelayMs']
  }

  close(): Promise<void> {
    return this.#opened.close()
  }
}

export function representationOf(row: PostJson | undefined): Representation | undefined {
  return row && Representation.of(row.json, row.version)
}
