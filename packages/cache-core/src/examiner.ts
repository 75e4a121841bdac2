import type { CacheParts } from './cache-parts.ts'
import { Entry } from './entry.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Lookup, Memo } from './ports/store.ts'
import type { CachingStrategy, Look } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'

/**
 * Decides whether what a store found answers a read: **where a hit is decided.** One per cache, since a hit must not create
 * objects: its fields describe the last call, which is synchronous.
 */
export class Examiner<T> implements Look {
  readonly runtime: Runtime
  key = ''
  now = 0
  /** Whether the answer's entry needs a background refresh. */
  wantsRefresh = false
  /** The entry, if its tags are current but the strategy evaluates it as a miss. */
  missed: Entry | undefined
  readonly #parts: CacheParts<T, CachingStrategy>

  constructor(parts: CacheParts<T, CachingStrategy>) {
    this.#parts = parts
    this.runtime = parts.runtime
  }

  /** @param asOf the moment at which the store was asked. */
  examine(key: string, { bytes, epochs, memo }: Lookup, asOf: number): ReadResult<T> | undefined {
    this.wantsRefresh = false
    this.missed = undefined
    if (bytes === undefined) return undefined
    const { store, read, version } = this.#parts
    let known = memo === undefined ? undefined : this.#knownBy(memo)
    const entry = known?.entry ?? Entry.decode(bytes, key, version, read.lifetime.ttlMs)
    if (entry === undefined || !entry.hasEpochs(epochs)) return undefined
    if (memo !== undefined && known === undefined) {
      known = new Decoded(this.#parts, entry)
      memo.decoded = known
    }
    this.key = key
    this.now = store.clock.latest()
    const verdict = read.evaluate(entry, this)
    if (verdict === 'miss') {
      this.missed = entry
      return undefined
    }
    const answer = this.#answer(entry, known, asOf)
    this.wantsRefresh = answer !== undefined && (verdict === 'refresh' || known?.isRefreshDue === true)
    if (known !== undefined) known.isRefreshDue = false
    return answer
  }

  /** Serves the entry of an earlier call, which was a miss then. */
  serve(entry: Entry, asOf: number): ReadResult<T> | undefined {
    this.now = this.#parts.store.clock.latest()
    return this.#answer(entry, undefined, asOf)
  }

  /**
   * Tells that the caller does not refresh the entry that the last call wanted refreshed: the next call for it wants that again,
   * even if its strategy then decides otherwise, as at random.
   */
  leaveRefresh({ memo }: Lookup): void {
    const known = memo && this.#knownBy(memo)
    if (known !== undefined) known.isRefreshDue = true
  }

  /** What this cache decoded from the same bytes before. */
  #knownBy({ decoded }: Memo): Decoded<T> | undefined {
    return decoded instanceof Decoded && decoded.by === this.#parts ? decoded : undefined
  }

  /** `undefined`, an ordinary miss, if this codec did not write the bytes, or if the entry is older than guaranteed. */
  #answer(entry: Entry, known: Decoded<T> | undefined, asOf: number): ReadResult<T> | undefined {
    const { now } = this
    const { read, codec } = this.#parts
    const { freshUntil, loadedAt, loadMs } = entry
    const ageMs = now - loadedAt
    // Otherwise it was kept by another cache, or another release, with a longer TTL.
    if (ageMs >= read.guarantee.staleForAtMostMs) return undefined
    let value: T | undefined
    try {
      if (known !== undefined) value = known.value
      else if (!entry.isAbsent) value = codec.decode(entry.payload)
    } catch {
      return undefined
    }
    return new ReadResult(now < freshUntil ? 'hit' : 'stale', value, Math.max(0, ageMs), freshUntil - now, loadMs, asOf)
  }
}

/** An entry, and its value if readers share it. */
class Decoded<T> {
  readonly by: CacheParts<T, CachingStrategy>
  readonly entry: Entry
  isRefreshDue = false
  #value: T | undefined
  #isKnown: boolean

  constructor(by: CacheParts<T, CachingStrategy>, entry: Entry) {
    this.by = by
    this.entry = entry
    this.#isKnown = entry.isAbsent
  }

  /** Throws if the codec can't decode it. */
  get value(): T | undefined {
    if (this.#isKnown) return this.#value
    const { codec } = this.by
    const value = codec.decode(this.entry.payload)
    if (codec.sharesValues === true) {
      this.#value = value
      this.#isKnown = true
    }
    return value
  }
}
