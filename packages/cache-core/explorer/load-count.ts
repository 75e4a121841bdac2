import type { Entry } from '../src/entry.ts'
import type { LoadsPerExpiry, ReadGuarantee } from '../src/ports/strategy.ts'
import { Violation } from './oracle.ts'
import type { Process } from './step.ts'

/** Changes to a key in the store, reported as they take effect. */
export interface KeyEvents {
  /** An entry, a lease or a tag's epoch was removed or replaced, by a write, an eviction, a claim or a release. */
  removed(name: string): void
  /** The lease was granted, from now on for `leaseMs`. */
  leased(key: string, leaseMs: number): void
  /** An entry was filled. Only its freshness counts, not how long it is kept. */
  filled(key: string, entry: FilledEntry): void
}

export interface FilledEntry {
  /** In the store's time. Distinguishes entries of one key. */
  readonly freshUntil: number
  readonly freshForMs: number
}

/** Stands for all keys. */
export const EVERYTHING = '*'

interface Key {
  loads: number
  /** Events that justify one more load: a write, an eviction, an expiry, an early refresh, a holder that died or was too slow. */
  causes: number
  leaseEndsAt: number | undefined
  /** The entry, if it has not justified a load yet. */
  entry: { readonly freshUntil: number; readonly endsAt: number } | undefined
}

/** A strategy that decides at random still has one flight per key. */
function atOnce(allowed: LoadsPerExpiry): number {
  if ('expected' in allowed) return 1
  return allowed.per === 'read' ? Number.POSITIVE_INFINITY : allowed.atMost
}

/** Checks loads against the guarantee of a read strategy. */
export class LoadCount implements KeyEvents {
  readonly #guarantee: ReadGuarantee
  /** Maximum concurrent loads of a key in one process. */
  readonly #atOnce: number
  readonly #now: () => number
  #startedAt = 0
  readonly #keys = new Map<string, Key>()
  readonly #keysOfTag = new Map<string, string[]>()
  readonly #running = new Map<string, number>()

  constructor(
    guarantee: ReadGuarantee,
    now: () => number,
    questions: Iterable<readonly [key: string, tags: readonly string[]]>,
  ) {
    this.#guarantee = guarantee
    this.#atOnce = atOnce(guarantee.loadsPerExpiry)
    this.#now = now
    for (const [key, tags] of questions) {
      this.#keys.set(key, { loads: 0, causes: 1, leaseEndsAt: undefined, entry: undefined })
      for (const tag of tags) this.#keysOfTag.set(tag, [...(this.#keysOfTag.get(tag) ?? []), key])
    }
  }

  /** From now on the schedule decides how long a command takes, and a reader's clock may be wrong by as much. */
  start(): void {
    this.#startedAt = this.#now()
  }

  /**
   * A load begins.
   *
   * @param isPromised false while a store fails, since reads then bypass the cache.
   * @returns a function to call when the load is over.
   */
  begin(process: Process, key: string, isPromised: boolean): () => void {
    this.#keys.get(key)!.loads++
    const runner = `${process.name} ${key}`
    const running = (this.#running.get(runner) ?? 0) + 1
    this.#running.set(runner, running)
    if (isPromised && running > this.#atOnce) {
      throw new Violation('loads per expiry', `${process.name} runs ${running} loads of ${key} at the same time`)
    }
    return () => this.#running.set(runner, this.#running.get(runner)! - 1)
  }

  /** @throws Violation if a key was loaded more often than once per cause. */
  check(): void {
    const { loadsPerExpiry: allowed } = this.#guarantee
    if (allowed.per !== 'expiry' || 'expected' in allowed) return
    for (const [name, key] of this.#keys) {
      this.#noteLeaseEnd(key)
      if (key.loads <= allowed.atMost * key.causes) continue
      throw new Violation('loads per expiry', `${name} was loaded ${key.loads} times, for ${key.causes} causes`)
    }
  }

  removed(name: string): void {
    if (name === EVERYTHING) {
      for (const each of this.#keys.keys()) this.removed(each)
      return
    }
    const key = this.#keys.get(name)
    for (const tagged of this.#keysOfTag.get(name) ?? []) this.#keys.get(tagged)!.causes++
    if (key === undefined) return
    this.#noteEntryEnd(key)
    key.causes++
    key.leaseEndsAt = undefined
    key.entry = undefined
  }

  leased(name: string, leaseMs: number): void {
    const key = this.#keys.get(name)
    if (key === undefined) return
    this.#noteLeaseEnd(key)
    this.#noteEntryEnd(key)
    key.leaseEndsAt = this.#now() + leaseMs
  }

  filled(name: string, { freshUntil, freshForMs }: FilledEntry): void {
    const key = this.#keys.get(name)
    if (key === undefined) return
    this.#noteEntryEnd(key)
    key.leaseEndsAt = undefined
    key.entry = { freshUntil, endsAt: this.#now() + freshForMs }
  }

  /** An entry is served, and loaded again in the background, perhaps early: it justifies only that load. */
  refreshing(name: string, { freshUntil }: Pick<Entry, 'freshUntil'>): void {
    const key = this.#keys.get(name)
    if (key?.entry?.freshUntil !== freshUntil) return
    key.causes++
    key.entry = undefined
  }

  /** A reader knows the store's time only within the duration of its commands, and counts that against freshness. */
  #noteEntryEnd(key: Key): void {
    const uncertainMs = this.#now() - this.#startedAt
    if (key.entry === undefined || this.#now() < key.entry.endsAt - uncertainMs) return
    key.causes++
    key.entry = undefined
  }

  #noteLeaseEnd(key: Key): void {
    if (key.leaseEndsAt === undefined || this.#now() < key.leaseEndsAt) return
    key.causes++
    key.leaseEndsAt = undefined
  }
}
