/** One strategy at work: its cache over its store, its own copy of the posts, its tuning and its counters. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cache, createCache, type Store } from 'cache-core'
import type { Outbox } from 'cache-core/postgres'
import type { PostJson, PostsRepository } from 'posts-db'
import { type Strategy, type StrategyName, strategies, type Tuning } from 'strategies'
import { AcknowledgedWrites } from './acknowledged-writes.ts'
import { Counters } from './counters.ts'
import { observedStore } from './observed-store.ts'
import { badRequest } from './problem.ts'
import { Representation, representationCodec } from './representation.ts'

/** What can be changed while it runs, in milliseconds. */
export interface RuntimeTuning extends Tuning {
  /** Waited after the rows have been read, so that loads are dearer and races show. */
  readonly originDelayMs: number
}

/** Numbers by name, as they come in a request. */
export type TuningChange = Readonly<Record<string, number | undefined>>

export type StoreKind = 'redis' | 'memory' | 'none'

export interface StrategyRuntimeOptions {
  readonly name: StrategyName
  readonly tuning: RuntimeTuning
  readonly posts: PostsRepository
  /** The Postgres schema that `posts` reads and writes. */
  readonly schema: string
  readonly storeKind: Exclude<StoreKind, 'none'>
  /** Builds the store; what happens in it is told to the counters. `beforeUse` as `redisStore` takes it. */
  readonly store: (counters: Counters, beforeUse?: (server: string) => Promise<void>) => Store
  /** Builds what delivers the changes recorded in the schema, where they are. */
  readonly outbox?: ((store: Pick<Store, 'invalidate' | 'invalidateAll'>) => Outbox) | undefined
  /** Whether all writes come through this process, so that it can say how stale a value is. */
  readonly knowsAllWrites: boolean
}

/** All posts in one answer beyond this many would take hundreds of megabytes. */
export const MAX_LISTED = 50_000

export class StrategyRuntime {
  readonly name: StrategyName
  readonly definition: Strategy
  readonly schema: string
  readonly posts: PostsRepository
  readonly counters = new Counters()
  /** Undefined where other processes acknowledge writes too. */
  readonly writes: AcknowledgedWrites | undefined
  readonly storeKind: StoreKind
  /** Undefined where nothing is recorded. */
  readonly outbox: Outbox | undefined
  /** Resolves once the changes made while this process was not there have been delivered, and the cache may be used. */
  readonly caughtUp: Promise<void>
  readonly #store: Store
  #tuning: RuntimeTuning
  #cache: Cache<Representation>

  constructor(options: StrategyRuntimeOptions) {
    this.name = options.name
    this.definition = strategies[options.name]
    this.schema = options.schema
    this.posts = options.posts
    this.writes = options.knowsAllWrites ? new AcknowledgedWrites() : undefined
    this.storeKind = this.definition.read(options.tuning).lifetime === undefined ? 'none' : options.storeKind
    const caughtUp = Promise.withResolvers<void>()
    const catchUp = async (server?: string) => {
      await this.outbox?.catchUp(server)
      caughtUp.resolve()
    }
    this.#store = observedStore(options.store(this.counters, options.outbox && catchUp), this.counters)
    this.outbox = options.outbox?.({
      invalidate: (keys, tags) => this.#store.invalidate(keys, tags),
      invalidateAll: () => this.#invalidateAll(),
    })
    this.caughtUp = caughtUp.promise
    // Memory has no server to be asked for, and is empty: what was undelivered is no longer owed.
    if (this.storeKind !== 'redis') catchUp().catch(() => {})
    this.#tuning = options.tuning
    this.#cache = this.#newCache()
  }

  get cache(): Cache<Representation> {
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
    this.#tuning = { ...this.#tuning, ...change }
    this.#cache = this.#newCache()
  }

  describe() {
    const { title, read, write, breaks } = this.definition
    const { name, promise } = read(this.#tuning)
    const { name: writeName, promise: writePromise } = write()
    return {
      name: this.name,
      title,
      read: name,
      write: writeName,
      store: this.storeKind,
      promise: {
        staleForAtMostMs: promise.staleForAtMostMs,
        loadsPerExpiry: promise.loadsPerExpiry,
        // Where nothing is kept nothing can be old, whatever the writes do.
        readAfterWrite: writePromise.readAfterWrite || this.storeKind === 'none',
        mayLoseWrites: writePromise.mayLoseWrites,
        ...(breaks !== undefined && { breaks }),
      },
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

  /** As an outbox asks for it, after `load-posts` for one. */
  async #invalidateAll(): Promise<boolean> {
    const acknowledged = await this.#store.invalidateAll()
    // Posts loaded anew start their versions anew. Nothing older than this moment is cached, so nothing is lost by it.
    if (acknowledged) this.writes?.forget()
    return acknowledged
  }

  async #delay(): Promise<void> {
    if (this.#tuning.originDelayMs > 0) await sleep(this.#tuning.originDelayMs)
  }

  get #tunable(): readonly (keyof RuntimeTuning)[] {
    return [...this.definition.tunable, 'originDelayMs']
  }

  #newCache(): Cache<Representation> {
    const { read, write } = this.definition
    return createCache({
      store: this.#store,
      read: read(this.#tuning),
      write: write(),
      codec: representationCodec,
    })
  }
}

export function representationOf(row: PostJson | undefined): Representation | undefined {
  return row && Representation.of(row.json, row.version)
}
