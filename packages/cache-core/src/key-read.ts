import type { CacheParts } from './cache-parts.ts'
import { Entry, identityOf, newToken } from './entry.ts'
import { isUnavailable, StoreAway } from './errors.ts'
import { type Load, LoadRun, runLoad, waitForLoad } from './load-run.ts'
import { tryMakeEntry } from './make-entry.ts'
import type { LeaseNews } from './ports/lease-news.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Epochs, Fill, Lookup } from './ports/store.ts'
import type { AcquireResult, CachingStrategy, KeyRead } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import type { ReadOptions } from './reader.ts'
import type { LoadManner } from './running-load.ts'
import { type Asker, nextMoment } from './single-flight.ts'

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
  readonly #load: Load<T>
  readonly #options: ReadOptions
  readonly #parts: CacheParts<T, CachingStrategy>
  #seen: Buffer | undefined
  #found: { readonly entry: Entry; readonly asOf: number } | undefined
  #isBehindAnswer = false
  /** Of the lease that another holder had at the last `acquire`. */
  #news: LeaseNews | undefined
  /** News that the last wait has waited for in vain. */
  #unheard: LeaseNews | undefined
  #lease: { readonly token: string; readonly epochs: Epochs } | undefined

  /** @param began the moment at which the read began and first asked the store. */
  constructor(
    parts: CacheParts<T, CachingStrategy>,
    key: string,
    tags: readonly string[],
    load: Load<T>,
    options: ReadOptions,
    began: number,
  ) {
    this.#parts = parts
    this.key = key
    this.tags = tags
    this.#load = load
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

  /** The identity of the entry last seen under the key. */
  get entryId(): string {
    return this.#seen?.toString('latin1') ?? ''
  }

  /** Records the entry under the key, and returns it as the answer if it may be served. */
  examine(bytes: Buffer | undefined, epochs: Lookup['epochs']): ReadResult<T> | undefined {
    this.#seen = bytes && identityOf(bytes)
    this.#found = undefined
    const { store, read, version } = this.#parts
    const entry = bytes && Entry.decode(bytes, this.key, version, read.lifetime.ttlMs)
    if (entry === undefined || !entry.hasEpochs(epochs)) return undefined
    this.now = store.clock.latest()
    const verdict = read.evaluate(entry, this)
    if (verdict === 'miss') {
      this.#found = { entry, asOf: this.askedAt }
      return undefined
    }
    this.wantsRefresh = verdict === 'refresh'
    return this.#answer(entry, this.askedAt)
  }

  found(): ReadResult<T> | undefined {
    if (this.#found === undefined) return undefined
    this.now = this.#parts.store.clock.latest()
    // `asOf` is when the entry was found, even if this read has asked again since.
    return this.#answer(this.#found.entry, this.#found.asOf)
  }

  /** Reads the store again. */
  async get(): Promise<ReadResult<T> | undefined> {
    this.askedAt = nextMoment()
    const { bytes, epochs } = await ofStore(() => this.#parts.store.get(this.key, this.tags))
    return this.examine(bytes, epochs)
  }

  /** Takes at most one round per newer entry, since each round sees one more. */
  async acquire(): Promise<AcquireResult<T>> {
    const { store, read } = this.#parts
    for (;;) {
      const token = newToken()
      this.askedAt = nextMoment()
      const request = { token, leaseMs: read.lifetime.leaseMs, seen: this.#seen, tags: this.tags }
      const acquired = await ofStore(() => store.acquire(this.key, request))
      if (acquired.kind === 'entry') this.#unheard?.missed()
      this.#unheard = undefined
      this.#news = acquired.kind === 'held' ? acquired.news : undefined
      if (acquired.kind === 'held') return acquired
      if (acquired.kind === 'granted') {
        this.#lease = { token, epochs: acquired.epochs }
        return { kind: 'granted' }
      }
      const answer = this.examine(acquired.bytes, acquired.epochs)
      if (answer !== undefined) return { kind: 'entry', answer }
      // The newer entry is unusable too, but now it has been seen: ask for the lease to replace it.
    }
  }

  async waitForLease(atMostMs: number): Promise<void> {
    const { runtime } = this
    const news = this.#news
    const isExpected = news?.isExpected === true
    const intervalMs = isExpected ? ASK_AGAIN_UNLESS_TOLD_MS : ASK_AGAIN_MS
    const ms = Math.min(atMostMs, intervalMs * (1 + runtime.random()))
    if (news === undefined) return runtime.sleep(ms)
    const isTold = await isHeard(news, ms, runtime)
    this.#unheard = isExpected && !isTold ? news : undefined
  }

  async load(manner: LoadManner = {}): Promise<ReadResult<T>> {
    const { value, loadMs, asOf } = await this.#timedLoad(manner)
    return new ReadResult('miss', value, loadMs, 0, loadMs, asOf)
  }

  waitFor(flight: Promise<unknown>, other: Asker): Promise<void> | undefined {
    const { key, loadTimeoutMs, runtime } = this
    return loadTimeoutMs === undefined ? undefined : waitForLoad(key, flight, other, loadTimeoutMs, runtime)
  }

  async loadAndFill(): Promise<ReadResult<T>> {
    if (this.#lease === undefined) throw new Error(`no lease was granted on "${this.key}"`)
    const { store, read, stats, emit } = this.#parts
    const { token, epochs } = this.#lease
    const stopRenewing = this.#renewWhileLoading(token)
    try {
      const loaded = await this.#timedLoad()
      const { value, loadMs, asOf, run } = loaded
      let leftMs = 0
      const made = run.isSkipped
        ? undefined
        : tryMakeEntry(this.#parts, read.lifetime, {
            key: this.key,
            value,
            loadedAt: loaded.loadedAt,
            loadMs,
            epochs: run.carried(epochs),
            ttlMs: run.ttlMs,
          })
      if (made === undefined) await this.#release(token)
      else {
        const untilMs = made.freshUntil - store.clock.latest()
        const isKept = await this.#fill({ token, entry: made.entry, expiresAt: made.expiresAt })
        stats[isKept ? 'fills' : 'refusedFills']++
        emit?.({ type: 'fill', key: this.key, isKept })
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

  /**
   * `undefined`, an ordinary miss, if this codec did not write the bytes, or if the entry is older than guaranteed.
   */
  #answer(entry: Entry, asOf: number): ReadResult<T> | undefined {
    const { now } = this
    const { read, codec } = this.#parts
    const { freshUntil, loadedAt } = entry
    const ageMs = now - loadedAt
    if (ageMs >= read.guarantee.staleForAtMostMs) {
      // The entry was kept by another cache, or another release, with a longer TTL.
      this.wantsRefresh = false
      return undefined
    }
    let value: T | undefined
    try {
      value = entry.isAbsent ? undefined : codec.decode(entry.payload)
    } catch {
      this.wantsRefresh = false
      return undefined
    }
    const outcome = now < freshUntil ? 'hit' : 'stale'
    return new ReadResult(outcome, value, Math.max(0, ageMs), freshUntil - now, entry.loadMs, asOf)
  }

  async #timedLoad(manner: LoadManner = {}) {
    const { store, read } = this.#parts
    const request = { key: this.key, tags: this.tags, load: this.#load, options: this.#options }
    const run = new LoadRun(request, read.lifetime.ttlMs, this.#isBehindAnswer)
    const loadedAt = store.clock.earliest()
    const asOf = nextMoment()
    this.askedAt = asOf
    this.loadBeganAt ??= this.runtime.now()
    return { ...(await runLoad(this.#parts, request, run, manner)), loadedAt, asOf, run }
  }

  /** If the store became unavailable during the load, nothing is kept, and the loaded value is still the answer. */
  async #fill(fill: Fill): Promise<boolean> {
    try {
      return await this.#parts.store.fill(this.key, fill)
    } catch (error) {
      if (isUnavailable(error)) return false
      throw error
    }
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

/** @throws StoreAway */
async function ofStore<R>(ask: () => R | Promise<R>): Promise<R> {
  try {
    return await ask()
  } catch (failure) {
    throw StoreAway.of(failure)
  }
}
