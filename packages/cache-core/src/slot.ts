import { randomBytes } from 'node:crypto'
import type { Codec } from './codec.ts'
import { Entry, encodeEntry, identityOf } from './entry.ts'
import { CacheError } from './errors.ts'
import { type AsOf, nextMoment } from './flights.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Epochs, Lookup, Store } from './ports/store.ts'
import type { Lifetime, ReadStrategy } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'

/** What a cache is made of. */
export interface CacheParts<T> {
  readonly store: Store
  readonly read: ReadStrategy
  readonly codec: Codec<T>
  readonly runtime: Runtime
}

/** The answer to asking for the lease. */
export type Turn<T> =
  | { readonly kind: 'granted' }
  | { readonly kind: 'entry'; readonly answer: ReadResult<T> }
  | { readonly kind: 'held'; readonly endsInMs: number }

/** A lease is renewed while a load outlasts a third of it, for at most this many leases. */
const RENEWED_FOR_LEASES = 10

/**
 * One key as one read sees it: the guarded protocol in a few verbs, which strategies are written in.
 * Remembers what was seen, so that an unusable entry can be replaced, and which tag epochs came before the load.
 */
export class Slot<T> {
  readonly key: string
  readonly tags: readonly string[]
  readonly #load: () => Promise<T | undefined>
  readonly #parts: CacheParts<T>
  #flight: AsOf | undefined
  #seen: Buffer | undefined
  #lease: { token: string; epochs: Epochs } | undefined

  constructor(parts: CacheParts<T>, key: string, tags: readonly string[], load: () => Promise<T | undefined>) {
    this.#parts = parts
    this.key = key
    this.tags = tags
    this.#load = load
  }

  get runtime(): Runtime {
    return this.#parts.runtime
  }

  /** Says whose flight this slot works for, so that it notes there at which moment it asked for what it brings. */
  board(flight: AsOf): this {
    this.#flight = flight
    return this
  }

  /** Takes note of what lies under the key. The answer it gives, if it may be served. */
  examine(bytes: Buffer | undefined, epochs: Lookup['epochs']): ReadResult<T> | undefined {
    this.#seen = bytes && identityOf(bytes)
    const { store, read, codec } = this.#parts
    const entry = bytes && Entry.decode(bytes)
    if (entry === undefined || !entry.hasEpochs(epochs)) return undefined
    const now = store.clock.latest()
    const outcome = read.judge(entry, now)
    if (outcome === undefined) return undefined
    let value: T | undefined
    try {
      value = entry.isAbsent ? undefined : codec.decode(entry.payload)
    } catch {
      return undefined // not what this codec wrote: a miss like any other, and replaced like any other
    }
    return new ReadResult(outcome, value, Math.max(0, now - entry.loadedAt), entry.freshUntil - now, entry.loadMs)
  }

  /** Asks again what lies under the key. */
  async get(): Promise<ReadResult<T> | undefined> {
    this.#noteMoment()
    const { bytes, epochs } = await this.#parts.store.get(this.key, this.tags)
    return this.examine(bytes, epochs)
  }

  /**
   * Asks for the lease, the right to fill: granted, or held by somebody else, or no longer needed,
   * since an entry that may be served has come meanwhile.
   */
  async acquire(): Promise<Turn<T>> {
    for (;;) {
      const token = newToken()
      this.#noteMoment()
      const request = { token, leaseMs: this.#lifetime.leaseMs, seen: this.#seen, tags: this.tags }
      const acquired = await this.#parts.store.acquire(this.key, request)
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

  /** Loads and keeps nothing: for readers without a lease. */
  async load(): Promise<ReadResult<T>> {
    const { value, loadMs } = await this.#timedLoad()
    return new ReadResult('miss', value, loadMs, 0, loadMs)
  }

  /** Loads under the lease that was granted, and fills. After a refused fill, too, the answer is what was loaded. */
  async loadAndFill(): Promise<ReadResult<T>> {
    if (this.#lease === undefined) throw new Error(`no lease was granted on "${this.key}"`)
    const { store } = this.#parts
    const { token, epochs } = this.#lease
    const stopRenewing = this.#renewWhileLoading(token)
    try {
      const { value, loadedAt, loadMs } = await this.#timedLoad()
      const made = newEntry(this.#parts, this.#lifetime, { key: this.key, value, loadedAt, loadMs, epochs })
      const ttlMs = made.expiresAt - store.clock.latest()
      const kept = await store.fill(this.key, { token, ...made })
      return new ReadResult('miss', value, loadMs, kept ? ttlMs : 0, loadMs)
    } catch (error) {
      await store.release(this.key, token)
      throw error
    } finally {
      stopRenewing()
    }
  }

  get #lifetime(): Lifetime {
    const { lifetime, name } = this.#parts.read
    if (lifetime === undefined) throw new Error(`"${name}" keeps nothing, so it has no leases`)
    return lifetime
  }

  async #timedLoad(): Promise<{ value: T | undefined; loadedAt: number; loadMs: number }> {
    const { store, runtime } = this.#parts
    const startedAt = runtime.now()
    const loadedAt = store.clock.earliest()
    this.#noteMoment()
    const value = await this.#load()
    return { value, loadedAt, loadMs: runtime.now() - startedAt }
  }

  #noteMoment(): void {
    if (this.#flight !== undefined) this.#flight.asOf = nextMoment()
  }

  #renewWhileLoading(token: string): () => void {
    const { store, runtime } = this.#parts
    const { leaseMs } = this.#lifetime
    const giveUpAt = runtime.now() + RENEWED_FOR_LEASES * leaseMs
    return runtime.every(leaseMs / 3, () => {
      if (runtime.now() < giveUpAt) void store.renew(this.key, token, leaseMs)
    })
  }
}

/** Unique per attempt: it is what a lease is known by. */
export function newToken(): string {
  return randomBytes(12).toString('base64')
}

/** The entry of a value just loaded or written, and when it expires. */
export function newEntry<T>(
  { codec, runtime }: Pick<CacheParts<T>, 'codec' | 'runtime'>,
  { ttlMs, absentTtlMs, jitter }: Lifetime,
  loaded: { key: string; value: T | undefined; loadedAt: number; loadMs: number; epochs: Epochs },
): { entry: Buffer; expiresAt: number } {
  const { key, value, loadedAt, loadMs, epochs } = loaded
  const freshUntil = loadedAt + (value === undefined ? absentTtlMs : ttlMs) * (1 - jitter * runtime.random())
  let payload: Buffer | undefined
  try {
    payload = value === undefined ? undefined : codec.encode(value)
  } catch (cause) {
    const message = `the value of "${key}" can't be encoded; give createCache a codec that can`
    throw new CacheError('ENCODE_FAILED', message, { key, cause })
  }
  return { entry: encodeEntry({ payload, loadedAt, freshUntil, loadMs, epochs }), expiresAt: freshUntil }
}
