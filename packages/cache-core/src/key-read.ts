import type { CacheParts } from './cache-parts.ts'
import { Entry, identityOf, newToken } from './entry.ts'
import { makeEntry } from './make-entry.ts'
import type { Runtime } from './ports/runtime.ts'
import type { Epochs, Lookup } from './ports/store.ts'
import type { AcquireResult, KeyRead, Lifetime } from './ports/strategy.ts'
import { ReadResult } from './read-result.ts'
import { type AsOf, nextMoment } from './single-flight.ts'

/** A lease is renewed while a load outlasts a third of it, for at most this many leases. */
const RENEWED_FOR_LEASES = 10

/**
 * One key as one read sees it, over a store. Remembers what was seen, so that an unusable entry can be replaced,
 * and which tag epochs came before the load.
 */
export class StoreKeyRead<T> implements KeyRead<T> {
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
    const entry = bytes && Entry.decode(bytes, this.key)
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

  async acquire(): Promise<AcquireResult<T>> {
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

  async load(): Promise<ReadResult<T>> {
    const { value, loadMs } = await this.#timedLoad()
    return new ReadResult('miss', value, loadMs, 0, loadMs)
  }

  async loadAndFill(): Promise<ReadResult<T>> {
    if (this.#lease === undefined) throw new Error(`no lease was granted on "${this.key}"`)
    const { store } = this.#parts
    const { token, epochs } = this.#lease
    const stopRenewing = this.#renewWhileLoading(token)
    try {
      const { value, loadedAt, loadMs } = await this.#timedLoad()
      const made = makeEntry(this.#parts, this.#lifetime, { key: this.key, value, loadedAt, loadMs, epochs })
      const ttlMs = made.expiresAt - store.clock.latest()
      const kept = await store.fill(this.key, { token, ...made })
      return new ReadResult('miss', value, loadMs, kept ? Math.max(0, ttlMs) : 0, loadMs)
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
