/**
 * The invariants of every schedule. Each violation names its invariant.
 *
 * While a store fails, a process with pending invalidations does not use the store. So reads *in that process* are always current;
 * reads in other processes may be old until the flush. That is the only exception made here.
 */
import type { ReadAfterWriteOf } from '../src/ports/store.ts'
import type { ReadStrategy, WriteStrategy } from '../src/ports/strategy.ts'
import type { Outcome, ReadResult } from '../src/read-result.ts'
import { SOURCES } from './commands.ts'
import type { Process } from './step.ts'

export type Invariant =
  | 'nothing is permanently stale'
  | 'read after write'
  | 'nothing is older than guaranteed'
  | 'loads per expiry'
  | 'every caller gets an answer'
  | 'a miss returns its own load'
  | 'a store failure fails no caller'
  | 'pending invalidations are flushed'

/** A broken invariant. Ends the schedule. */
export class Violation extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, message: string) {
    super(`${invariant}: ${message}`)
    this.name = 'Violation'
    this.invariant = invariant
  }
}

/** The source of a value: a load or a write. */
interface Source {
  readonly beganAt: number
  readonly process: Process
  endedAt: number
}

/** The versions of a key that one process has acknowledged. */
interface Acknowledged {
  here: number
  /** Counts in other processes only once this process has flushed its pending invalidations. */
  pending: number
}

/** A write acknowledged for this name counts for readers of every key. */
export const EVERY_KEY = '*'

/** A running read. */
export interface Reader {
  readonly who: string
  readonly process: Process
  /** The oldest version that this read may return. */
  readonly floor: number
  readonly beganAt: number
  /** The results of this read's own loads. */
  readonly loaded: readonly number[]
}

export class Oracle {
  readonly #staleForAtMostMs: number
  /** The reads that must be current after writes through the cache. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  readonly #now: () => number
  readonly #sources: Source[] = []
  readonly #acknowledged = new Map<Process, Map<string, Acknowledged>>()
  readonly #everywhere = new Map<string, number>()
  /** What other processes may still miss, until `at`. */
  readonly #soon: { readonly key: string; readonly version: number; readonly at: number }[] = []
  readonly #othersWithinMs: number

  /** @param othersWithinMs how long readers in other processes may miss an acknowledged write. */
  constructor(read: ReadStrategy, write: WriteStrategy, now: () => number, othersWithinMs = 0) {
    this.#othersWithinMs = othersWithinMs
    this.#staleForAtMostMs = read.guarantee.staleForAtMostMs
    this.readAfterWriteOf = read.lifetime === undefined ? 'keys and tags' : write.guarantee.readAfterWriteOf
    this.#now = now
  }

  /** A load or a write begins. Returns the number that its value will carry. */
  begin(process: Process): number {
    this.#sources.push({ process, beganAt: this.#now(), endedAt: Number.POSITIVE_INFINITY })
    return this.#sources.length - 1
  }

  /** The value of a load that found `version`. */
  value(version: number, source: number): number {
    return version * SOURCES + source
  }

  ended(source: number): void {
    this.#sources[source]!.endedAt = this.#now()
  }

  /**
   * @param of the keys whose readers must see it; `[EVERY_KEY]`: all.
   * @param isPending its invalidation is not delivered yet.
   */
  acknowledge(version: number, process: Process, of: readonly string[], isPending: boolean): void {
    for (const key of of) {
      const known = this.#known(process, key)
      known.here = Math.max(known.here, version)
      if (isPending) known.pending = Math.max(known.pending, version)
      else this.#raise(key, version)
    }
  }

  /**
   * `process` has flushed its pending invalidations: its acknowledged writes count everywhere.
   *
   * @returns whether it had any.
   */
  flushed(process: Process): boolean {
    let hadAny = false
    for (const [key, known] of this.#acknowledged.get(process) ?? []) {
      hadAny ||= known.pending > 1
      this.#raise(key, known.pending)
      known.pending = 1
    }
    return hadAny
  }

  /** The oldest version of `key` that a read beginning now may return. */
  floor(process: Process, key: string): number {
    while (this.#soon.length > 0 && this.#soon[0]!.at <= this.#now()) {
      const { key, version } = this.#soon.shift()!
      this.#raiseNow(key, version)
    }
    const known = this.#acknowledged.get(process)
    let oldest = 1
    for (const name of [key, EVERY_KEY]) {
      oldest = Math.max(oldest, this.#everywhere.get(name) ?? 1, known?.get(name)?.here ?? 1)
    }
    return oldest
  }

  /** @throws Violation */
  check({ who, process, floor, beganAt, loaded }: Reader, { outcome, value }: ReadResult<number>): void {
    if (value === undefined) throw new Violation('a miss returns its own load', `${who} got nothing`)
    const version = versionOf(value)
    if (version < floor) {
      throw new Violation(
        'read after write',
        `${who} got v${version}, though v${floor} was acknowledged before it began`,
      )
    }
    if ((outcome === 'miss' || outcome === 'bypass') && loaded.length > 0 && !loaded.includes(value)) {
      throw new Violation(
        'a miss returns its own load',
        `${who} loaded ${loaded.map(versionOf).map((v) => `v${v}`)} and got v${version}`,
      )
    }
    if (outcome === 'miss' && loaded.length === 0) {
      throw new Violation('a miss returns its own load', `${who} got v${version} as a miss, but loaded nothing`)
    }
    this.#checkAge(who, process, versionOf(value), outcome, this.#sources[value % SOURCES]!, beganAt)
  }

  /** Only for values from the cache: a load and its fill may take any time. */
  #checkAge(
    who: string,
    reader: Process,
    version: number,
    outcome: Outcome,
    source: Source,
    readBeganAt: number,
  ): void {
    const isShared = outcome === 'collapsed' && source.process === reader && source.endedAt >= readBeganAt
    if (isShared || outcome === 'miss' || outcome === 'bypass') return
    const ageMs = this.#now() - source.beganAt
    if (ageMs <= this.#staleForAtMostMs) return
    throw new Violation(
      'nothing is older than guaranteed',
      `${who} got v${version} as a ${outcome}, ${ageMs} ms after its load began`,
    )
  }

  #raise(key: string, version: number): void {
    if (this.#othersWithinMs === 0) this.#raiseNow(key, version)
    else this.#soon.push({ key, version, at: this.#now() + this.#othersWithinMs })
  }

  #raiseNow(key: string, version: number): void {
    this.#everywhere.set(key, Math.max(this.#everywhere.get(key) ?? 1, version))
  }

  #known(process: Process, key: string): Acknowledged {
    const keys = this.#acknowledged.get(process) ?? new Map<string, Acknowledged>()
    const known = keys.get(key) ?? { here: 1, pending: 1 }
    this.#acknowledged.set(process, keys.set(key, known))
    return known
  }
}

export function versionOf(value: number): number {
  return Math.floor(value / SOURCES)
}
