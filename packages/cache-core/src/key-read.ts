import type { CacheParts } from './cache-parts.ts'
import { Entry, identityOf, newToken } from './entry.ts'
import { isUnavailable } from './errors.ts'
import { type Load, type LoadOptions, LoadRun, runLoad } from './load-run.ts'
import { makeEntry } from './make-entry.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Epochs, Fill, Lookup } from './ports/store.ts'
import type { AcquireResult, CachingStrategy, KeyRead } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import { type Asker, nextMoment } from './single-flight.ts'

/** A lease is renewed while a load outlasts a third of it, for at most this many leases. */
const RENEWED_FOR_LEASES = 10

/**
 * One key as one read sees it, over a store. Remembers what was seen, so that an unusable entry can be replaced,
 * and which tag epochs came before the load.
 */
export class StoreKeyRead<T> implements KeyRead<T>, Asker {
  readonly key: string
  readonly tags: readonly string[]
  now = 0
  askedAt: number
  /** Whether the entry that is the answer should be loaded again behind it. */
  wantsRefresh = false
  readonly #load: Load<T>
  readonly #options: LoadOptions
  readonly #parts: CacheParts<T, CachingStrategy>
  #seen: Buffer | undefined
  #found: { readonly entry: Entry; readonly asOf: number } | undefined
  #lease: { readonly token: string; readonly epochs: Epochs } | undefined

  /** @param began the moment at which the read began, and asked the store first. */
  constructor(
    parts: CacheParts<T, CachingStrategy>,
    key: string,
    tags: readonly string[],
    load: Load<T>,
    options: LoadOptions,
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

  /** Takes note of what lies under the key. The answer it gives, if it may be served. */
  examine(bytes: Buffer | undefined, epochs: Lookup['epochs']): ReadResult<T> | undefined {
    this.#seen = bytes && identityOf(bytes)
    this.#found = undefined
    const { store, read, version } = this.#parts
    const entry = bytes && Entry.decode(bytes, this.key, version)
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
    // It rests on the moment at which it was found, whatever was asked for since.
    return this.#answer(this.#found.entry, this.#found.asOf)
  }

  /** Asks again what lies under the key. */
  async get(): Promise<ReadResult<T> | undefined> {
    this.askedAt = nextMoment()
    const { bytes, epochs } = await this.#parts.store.get(this.key, this.tags)
    return this.examine(bytes, epochs)
  }

  /** Ends within as many rounds as there are newer entries: each has seen one more. */
  async acquire(): Promise<AcquireResult<T>> {
    const { store, read } = this.#parts
    for (;;) {
      const token = newToken()
      this.askedAt = nextMoment()
      const request = { token, leaseMs: read.lifetime.leaseMs, seen: this.#seen, tags: this.tags }
      const acquired = await store.acquire(this.key, request)
      if (acquired.kind === 'held') return acquired
      if (acquired.kind === 'granted') {
        this.#lease = { token, epochs: acquired.epochs }
        return { kind: 'granted' }
      }
      const answer = this.examine(acquired.bytes, acquired.epochs)
      if (answer !== undefined) return { kind: 'entry', answer }
      // What came meanwhile is unusable already. It has been seen now: ask for the right to replace it.
    }
  }

  async load(): Promise<ReadResult<T>> {
    const { value, loadMs, asOf } = await this.#timedLoad()
    return new ReadResult('miss', value, loadMs, 0, loadMs, asOf)
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
      if (run.isSkipped) await this.#release(token)
      else {
        const { loadedAt } = loaded
        const made = makeEntry(this.#parts, read.lifetime, {
          key: this.key,
          value,
          loadedAt,
          loadMs,
          epochs: run.carried(epochs),
          ttlMs: run.ttlMs,
        })
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
   * Loads and fills behind an answer. `undefined`: another process is at it.
   *
   * @param held told for how long that one's lease still runs.
   */
  async refresh(held: (endsInMs: number) => void): Promise<ReadResult<T> | undefined> {
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
   * `undefined` for bytes that this codec did not write, and for an entry older than is guaranteed: a miss like any other, and
   * replaced like any other.
   */
  #answer(entry: Entry, asOf: number): ReadResult<T> | undefined {
    const { now } = this
    const { read, codec } = this.#parts
    const { loadedAt } = entry
    const ageMs = now - loadedAt
    if (ageMs >= read.guarantee.staleForAtMostMs) {
      // Kept by a cache, or a release, with a longer TTL.
      this.wantsRefresh = false
      return undefined
    }
    const freshUntil = Math.min(entry.freshUntil, loadedAt + read.lifetime.ttlMs)
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

  async #timedLoad() {
    const { store, read } = this.#parts
    const request = { key: this.key, tags: this.tags, load: this.#load, options: this.#options }
    const run = new LoadRun(request, read.lifetime.ttlMs)
    const loadedAt = store.clock.earliest()
    const asOf = nextMoment()
    this.askedAt = asOf
    return { ...(await runLoad(this.#parts, request, run)), loadedAt, asOf, run }
  }

  /** A store that went away while the value was loaded keeps nothing: no reason to load again. */
  async #fill(fill: Fill): Promise<boolean> {
    try {
      return await this.#parts.store.fill(this.key, fill)
    } catch (error) {
      if (isUnavailable(error)) return false
      throw error
    }
  }

  /** A lease that can't be released or renewed ends by itself: no reason to fail a load. */
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
