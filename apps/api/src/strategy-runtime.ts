/** One strategy at work: its cache over its store, its own copy of the posts, its tuning and its counters. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Guarantee } from 'cache-core'
import type { Outbox } from 'cache-core/postgres'
import type { PostJson, PostsRepository } from 'posts-db'
import { AcknowledgedWrites } from './acknowledged-writes.ts'
import { Counters } from './counters.ts'
import { observedOutbox } from './observed-store.ts'
import { badRequest } from './problem.ts'
import { Representation } from './representation.ts'
import type { OpenStrategy, RuntimeTuning, ServedCache, ServedStrategy, StoreKind } from './served-strategy.ts'

/** Numbers by name, as they come in a request. */
export type TuningChange = Readonly<Record<string, number | undefined>>

export interface StrategyRuntimeOptions {
  readonly strategy: ServedStrategy
  readonly tuning: RuntimeTuning
  readonly posts: PostsRepository
  /** The Postgres schema that `posts` reads and writes. */
  readonly schema: string
  /** Delivers the changes recorded in the schema, where they are. */
  readonly outbox?: Outbox | undefined
  /** Whether all writes come through this process, so that it can say how stale a value is. */
  readonly knowsAllWrites: boolean
}

/** All posts in one answer beyond this many would take hundreds of megabytes. */
export const MAX_LISTED = 50_000

export class StrategyRuntime {
  readonly name: string
  readonly strategy: ServedStrategy
  readonly schema: string
  readonly posts: PostsRepository
  readonly counters = new Counters()
  /** Whether reads of this process are guaranteed to see acknowledged writes, however it is tuned. */
  readonly readsAreCurrent: boolean
  /** Undefined where other processes acknowledge writes too. */
  readonly writes: AcknowledgedWrites | undefined
  /** Undefined where nothing is recorded. */
  readonly outbox: Outbox | undefined
  readonly #opened: OpenStrategy
  #tuning: RuntimeTuning
  #cache: ServedCache

  constructor({ strategy, schema, posts, ...options }: StrategyRuntimeOptions) {
    this.name = strategy.name
    this.strategy = strategy
    this.schema = schema
    this.posts = posts
    this.writes = options.knowsAllWrites ? new AcknowledgedWrites() : undefined
    this.outbox = options.outbox
    this.#opened = strategy.open(
      this.counters,
      this.outbox && observedOutbox(this.outbox, this.counters, () => this.#forgetWrites()),
    )
    this.#tuning = strategy.settle(options.tuning)
    this.#cache = this.#opened.cache(this.#tuning)
    this.readsAreCurrent = this.guarantee.readAfterWriteOf !== 'none'
  }

  /** As it is tuned now, over the store it runs on. */
  get guarantee(): Guarantee {
    return this.#cache.guarantee
  }

  get storeKind(): StoreKind {
    return this.strategy.storeKind
  }

  get cache(): ServedCache {
    return this.#cache
  }

  /** What is in force, of what this strategy can be told. */
  get tuning(): Partial<RuntimeTuning> {
    return Object.fromEntries(this.#tunable.map((name) => [name, this.#tuning[name]]))
  }

  /**
   * Changes the tuning from now on: a new cache over the same store takes over. Entries keep the TTL they were filled
   * with, and loads under way still fill under their leases, since those are the store's.
   *
   * @throws Problem 400 for what this strategy has no use for; then nothing is changed.
   */
  tune(change: TuningChange): void {
    const tunable: readonly string[] = this.#tunable
    const useless = Object.keys(change).filter((name) => !tunable.includes(name))
    if (useless.length > 0) {
      const detail = `${this.name} has no use for ${useless.join(', ')}; tunable here: ${tunable.join(', ')}`
      throw badRequest('not-tunable', detail)
    }
    this.#tuning = this.strategy.settle({ ...this.#tuning, ...change })
    this.#cache = this.#opened.cache(this.#tuning)
  }

  describe() {
    const { title, breaks } = this.strategy
    return {
      name: this.name,
      title,
      read: this.strategy.read(this.#tuning).name,
      write: this.strategy.write().name,
      store: this.storeKind,
      promise: { ...this.guarantee, ...(breaks !== undefined && { breaks }) },
      tuning: this.tuning,
    }
  }

  async loadPost(id: number): Promise<Representation | undefined> {
    this.counters.counts.loads++
    const made = representationOf(await this.posts.byId(id))
    await this.#delay()
    return made
  }

  /** @throws Problem 400 where there are too many posts for one answer. */
  async loadAll(): Promise<Representation> {
    if ((await this.posts.count(MAX_LISTED + 1)) > MAX_LISTED) {
      const detail = `there are more than ${MAX_LISTED} posts, too many for one answer; ask for pages with ?limit=1…1000`
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

  /** Without the delay: this load is expensive by itself. */
  async loadAuthors(): Promise<Representation> {
    this.counters.counts.loads++
    return Representation.of((await this.posts.authors()).json, 0)
  }

  /** After `load-posts` for one. Resolves to whether the store acknowledged it. */
  async invalidateAll(): Promise<boolean> {
    const acknowledged = this.storeKind === 'none' || (await this.#opened.store.invalidateAll())
    if (acknowledged) this.#forgetWrites()
    return acknowledged
  }

  /** Once everything was dropped. Reloaded posts start at version 1 again, and of those before none is cached. */
  #forgetWrites(): void {
    this.writes?.forget()
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
