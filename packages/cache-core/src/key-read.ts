import type { CacheParts } from './cache-parts.ts'
import { type Entry, identityOf, newToken } from './entry.ts'
import type { Examiner } from './examiner.ts'
import { LoadRun, loadTimeout, runLoad, waitForLoad } from './load-run.ts'
import { tryMakeEntry } from './make-entry.ts'
import { pendingFirst } from './pending-first.ts'
import type { LeaseNews } from './ports/lease-news.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Awaitable, Epochs, Fill, Lookup } from './ports/store.ts'
import type { AcquireResult, CachingStrategy, KeyRead } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import type { ReadOptions } from './reader.ts'
import type { LoadManner } from './running-load.ts'
import type { PartOfLoad } from './shared-load.ts'
import { type Asker, nextMoment } from './single-flight.ts'
import { fromStore, keptIfAnswered } from './store-answers.ts'

/** A lease is renewed every third of `leaseMs` while its load runs, for at most this many times `leaseMs`. */
const RENEWED_FOR_LEASES = 10

/** A waiter asks for the lease again after one to two times this, in milliseconds. */
const ASK_AGAIN_MS = 10
/** The same if the store is expected to tell when the lease has ended. */
const ASK_AGAIN_UNLESS_TOLD_MS = 250

/**
 * One read of one key, over a store. Remembers the identity it has seen, so that an unusable entry can be replaced, and the tag
 * epochs from before the load.
 */
export class StoreKeyRead<T> implements KeyRead<T>, Asker {
  readonly key: string
  readonly tags: readonly string[]
  now = 0
  askedAt: number
  loadBeganAt: number | undefined
  /** Whether the served entry needs a background refresh. */
  wantsRefresh = false
  /** Whether the answer comes from this read's own work, and not from another caller's. */
  isOwn = false
  readonly #load: PartOfLoad<T>
  readonly #options: ReadOptions
  readonly #parts: CacheParts<T, CachingStrategy>
  readonly #examiner: Examiner<T>
  #seen: Buffer | undefined
  #found: { readonly entry: Entry; readonly asOf: number } | undefined
  #isBehindAnswer = false
  /** Of the lease that another holder had at the last `acquire`. */
  #news: LeaseNews | undefined
  /** When it began to wait for loads of other readers. */
  #waitsSince: number | undefined
  /** The news for which the last wait received no message. */
  #unheard: LeaseNews | undefined
  #lease: { readonly token: string; readonly epochs: Epochs } | undefined

  /** @param began the moment at which the read began and first asked the store. */
  constructor(
    parts: CacheParts<T, CachingStrategy>,
    examiner: Examiner<T>,
    key: string,
    tags: readonly string[],
    load: PartOfLoad<T>,
    options: ReadOptions,
    began: number,
  ) {
    this.#parts = parts
    this.#examiner = examiner
    this.key = key
    this.tags = tags
    this.#load = pendingFirst(parts, key, load)
    this.#options = options
    this.askedAt = began
  }

  get runtime(): Runtime {
    return this.#parts.runtime
  }

  /** The signal of the caller that reads. */
  get signal(): AbortSignal | undefined {
    return this.#options.signal
  }

  get loadTimeoutMs(): number | undefined {
    return this.#options.loadTimeoutMs ?? this.#parts.loadTimeoutMs
  }

  /** Identifies the loads that run together with this one's. */
  get sharedLoad(): object | undefined {
    return this.#load.shared
  }

  /** Tells the reads whose loads run together with this one's that they need not wait for it. */
  waits(): void {
    this.#load.shared?.pass(this.key)
  }

  /** The identity of the entry last seen under the key. */
  get entryId(): string {
    return this.#seen?.toString('latin1') ?? ''
  }

  /** Records the entry under the key, and returns it as the answer if it may be served. */
  examine(lookup: Lookup): ReadResult<T> | undefined {
    const answer = this.#examiner.examine(this.key, lookup, this.askedAt)
    this.record(lookup)
    return answer
  }

  /** Records what the examiner has just examined. */
  record({ bytes }: Lookup): void {
    const { missed, wantsRefresh, now } = this.#examiner
    this.#seen = bytes && identityOf(bytes)
    this.#found = missed && { entry: missed, asOf: this.askedAt }
    this.wantsRefresh = wantsRefresh
    this.now = now
  }

  found(): ReadResult<T> | undefined {
    // `asOf` is when the entry was found, even if this read has asked again since.
    const answer = this.#found && this.#examiner.serve(this.#found.entry, this.#found.asOf)
    this.now = this.#examiner.now
    return answer
  }

  /** Reads the store again. */
  async get(): Promise<ReadResult<T> | undefined> {
    this.askedAt = nextMoment()
    return this.examine(await fromStore(() => this.#parts.store.get(this.key, this.tags)))
  }

  /** Takes at most one round per newer entry, since each round sees one more. */
  async acquire(): Promise<AcquireResult<T>> {
    const { store, read } = this.#parts
    for (;;) {
      const token = newToken()
      this.askedAt = nextMoment()
      const request = { token, leaseMs: read.lifetime.leaseMs, seen: this.#seen, tags: this.tags }
      const asked = fromStore(() => store.acquire(this.key, request))
      const acquired = asked instanceof Promise ? await asked : asked
      if (acquired.kind === 'entry') this.#unheard?.missed()
      this.#unheard = undefined
      this.#news = acquired.kind === 'held' ? acquired.news : undefined
      if (acquired.kind === 'held') {
        this.waits()
        return acquired
      }
      if (acquired.kind === 'granted') {
        this.#lease = { token, epochs: acquired.epochs }
        return { kind: 'granted' }
      }
      const answer = this.examine(acquired)
      if (answer !== undefined) return { kind: 'entry', answer }
      // The newer entry is unusable too, but now it has been seen: ask for the lease to replace it.
    }
  }

  async waitForLease(atMostMs: number): Promise<void> {
    const { runtime, loadTimeoutMs = Number.POSITIVE_INFINITY } = this
    const now = runtime.now()
    this.loadBeganAt ??= now // for the callers that wait for this read
    this.#waitsSince ??= now
    const leftMs = this.#waitsSince + loadTimeoutMs - now
    if (leftMs <= 0) {
      this.askedAt = Number.NEGATIVE_INFINITY // callers that wait for this read may wait longer: the load goes on elsewhere
      throw loadTimeout(this.key, 'was awaited', loadTimeoutMs)
    }
    const news = this.#news
    const isExpected = news?.isExpected === true
    const intervalMs = isExpected ? ASK_AGAIN_UNLESS_TOLD_MS : ASK_AGAIN_MS
    const ms = Math.min(atMostMs, leftMs, intervalMs * (1 + runtime.random()))
    if (news === undefined) return runtime.sleep(ms)
    const isTold = await isHeard(news, ms, runtime)
    this.#unheard = isExpected && !isTold ? news : undefined
  }

  async load(manner: LoadManner = {}): Promise<ReadResult<T>> {
    const { loading, asOf } = this.#beginLoad(manner)
    const { value, loadMs } = await loading
    return new ReadResult('miss', value, loadMs, 0, loadMs, asOf)
  }

  waitFor(flight: Promise<unknown>, other: Asker): Promise<void> | undefined {
    this.waits()
    const { key, loadTimeoutMs, runtime } = this
    this.#waitsSince ??= runtime.now()
    return loadTimeoutMs === undefined ? undefined : waitForLoad(key, flight, other, loadTimeoutMs, runtime)
  }

  async loadAndFill(): Promise<ReadResult<T>> {
    if (this.#lease === undefined) throw new Error(`no lease was granted on "${this.key}"`)
    const { store, read, stats, on } = this.#parts
    const { token, epochs } = this.#lease
    const stopRenewing = this.#renewWhileLoading(token)
    try {
      const { loading, loadedAt, asOf, run } = this.#beginLoad()
      const { value, loadMs } = await loading
      let leftMs = 0
      const made = run.isSkipped
        ? undefined
        : tryMakeEntry(this.#parts, read.lifetime, {
            key: this.key,
            value,
            loadedAt,
            loadMs,
            epochs: run.carried(epochs),
            ttlMs: run.ttlMs,
          })
      if (made === undefined) await this.#release(token)
      else {
        const untilMs = made.freshUntil - store.clock.latest()
        const filled = this.#fill({ token, entry: made.entry, expiresAt: made.expiresAt })
        const isKept = filled instanceof Promise ? await filled : filled
        stats[isKept ? 'fills' : 'refusedFills']++
        on.fill?.({ type: 'fill', key: this.key, isKept })
        if (isKept) leftMs = Math.max(0, untilMs)
      }
      return new ReadResult('miss', value, loadMs, leftMs, loadMs, asOf)
    } catch (error) {
      await this.#release(token)
      throw error
    } finally {
      stopRenewing()
    }
  }

  /**
   * Loads and fills in the background. `undefined`: another process is doing so.
   *
   * @param held called with the remaining time of that process's lease.
   */
  async refresh(held: (endsInMs: number) => void): Promise<ReadResult<T> | undefined> {
    this.#isBehindAnswer = true
    const acquired = await this.acquire()
    switch (acquired.kind) {
      case 'granted':
        return this.loadAndFill()
      case 'entry':
        return acquired.answer
      case 'held':
        held(acquired.endsInMs)
        return undefined
    }
  }

  #beginLoad(manner: LoadManner = {}) {
    const { store, read } = this.#parts
    const request = { key: this.key, tags: this.tags, load: this.#load, options: this.#options }
    const run = new LoadRun(request, read.lifetime.ttlMs, this.#isBehindAnswer)
    const loadedAt = store.clock.earliest()
    const asOf = nextMoment()
    this.askedAt = asOf
    // In the queue it began earlier. After the wait for a lease, the load has all of its time.
    if (manner.queuedMs === undefined) this.loadBeganAt = this.runtime.now()
    return { loading: runLoad(this.#parts, request, run, manner), loadedAt, asOf, run }
  }

  /** If the store became unavailable during the load, nothing is kept, and the loaded value is still the answer. */
  #fill(fill: Fill): Awaitable<boolean> {
    return keptIfAnswered(() => this.#parts.store.fill(this.key, fill))
  }

  /** A lease that can't be released or renewed expires, so a failure here must not fail the load. */
  async #release(token: string): Promise<void> {
    try {
      await this.#parts.store.release(this.key, token)
    } catch {}
  }

  async #renew(token: string): Promise<void> {
    try {
      await this.#parts.store.renew(this.key, token, this.#parts.read.lifetime.leaseMs)
    } catch {}
  }

  #renewWhileLoading(token: string): () => void {
    const { runtime, read } = this.#parts
    const { leaseMs } = read.lifetime
    const giveUpAt = runtime.now() + RENEWED_FOR_LEASES * leaseMs
    return runtime.every(leaseMs / 3, () => {
      if (runtime.now() < giveUpAt) void this.#renew(token)
    })
  }
}

/** Resolves once the lease has ended, or after `ms` milliseconds. */
function isHeard(news: LeaseNews, ms: number, runtime: Runtime): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const cancel = runtime.after(ms, () => resolve(false))
  const forget = news.listen(() => resolve(true))
  return promise.finally(() => {
    cancel()
    forget()
  })
}
