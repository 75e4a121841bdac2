/**
 * What must hold, whatever the schedule. Each violation names itself.
 *
 * What is promised while a store fails: the process that could not void an entry does not use the store until it has, so
 * reads *in that process* are current all along; reads in others may be old until they are flushed. Only that is left out here.
 */
import type { ReadAfterWriteOf } from '../../ports/store.ts'
import type { ReadStrategy, WriteStrategy } from '../../ports/strategy.ts'
import type { Outcome, ReadResult } from '../../read-result.ts'
import { SOURCES } from './commands.ts'
import type { Process } from './step.ts'

export type Invariant =
  | 'nothing is permanently stale'
  | 'read after write'
  | 'nothing is older than guaranteed'
  | 'loads per expiry'
  | 'nobody is left waiting'
  | 'a miss returns what it loaded'
  | 'a store that fails fails nobody'
  | 'what is pending is flushed'

/** An invariant broken: ends the schedule. */
export class Violation extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, message: string) {
    super(`${invariant}: ${message}`)
    this.name = 'Violation'
    this.invariant = invariant
  }
}

/** Where a value came from: a load or a write. */
interface Source {
  readonly beganAt: number
  readonly process: Process
  endedAt: number
}

/** What one process knows to be acknowledged of a key. */
interface Acknowledged {
  here: number
  /** Elsewhere only once this process has flushed its pending invalidations. */
  pending: number
}

/** What is acknowledged of it is so for the readers of every key. */
export const EVERY_KEY = '*'

/** A read under way. */
export interface Reader {
  readonly who: string
  readonly process: Process
  /** The oldest version it may return. */
  readonly floor: number
  readonly beganAt: number
  /** What its own loads returned. */
  readonly loaded: readonly number[]
}

export class Oracle {
  readonly #staleForAtMostMs: number
  /** Of what reads are current after writes by the cache's own write strategy. */
  readonly readAfterWriteOf: ReadAfterWriteOf
  readonly #now: () => number
  readonly #sources: Source[] = []
  readonly #acknowledged = new Map<Process, Map<string, Acknowledged>>()
  readonly #everywhere = new Map<string, number>()

  constructor(read: ReadStrategy, write: WriteStrategy, now: () => number) {
    this.#staleForAtMostMs = read.guarantee.staleForAtMostMs
    this.readAfterWriteOf = read.lifetime === undefined ? 'keys and tags' : write.guarantee.readAfterWriteOf
    this.#now = now
  }

  /** A load or a write begins: the number its value will carry. */
  begin(process: Process): number {
    this.#sources.push({ process, beganAt: this.#now(), endedAt: Number.POSITIVE_INFINITY })
    return this.#sources.length - 1
  }

  /** What a load that found `version` returns. */
  value(version: number, source: number): number {
    return version * SOURCES + source
  }

  ended(source: number): void {
    this.#sources[source]!.endedAt = this.#now()
  }

  /**
   * @param of the keys whose readers are to see it; `[EVERY_KEY]`: all.
   * @param isPending its invalidation could not be delivered yet.
   */
  acknowledge(version: number, process: Process, of: readonly string[], isPending: boolean): void {
    for (const key of of) {
      const known = this.#known(process, key)
      known.here = Math.max(known.here, version)
      if (isPending) known.pending = Math.max(known.pending, version)
      else this.#raise(key, version)
    }
  }

  /** `process` has flushed its pending invalidations: what it acknowledged holds everywhere. */
  flushed(process: Process): void {
    for (const [key, { pending }] of this.#acknowledged.get(process) ?? []) this.#raise(key, pending)
  }

  /** The oldest version of `key` that a read may return which begins now. */
  floor(process: Process, key: string): number {
    const known = this.#acknowledged.get(process)
    let oldest = 1
    for (const name of [key, EVERY_KEY]) {
      oldest = Math.max(oldest, this.#everywhere.get(name) ?? 1, known?.get(name)?.here ?? 1)
    }
    return oldest
  }

  /** @throws Violation */
  judge({ who, process, floor, beganAt, loaded }: Reader, { outcome, value }: ReadResult<number>): void {
    if (value === undefined) throw new Violation('a miss returns what it loaded', `${who} got nothing`)
    const version = versionOf(value)
    if (version < floor) {
      throw new Violation(
        'read after write',
        `${who} got v${version}, though v${floor} was acknowledged before it began`,
      )
    }
    if ((outcome === 'miss' || outcome === 'bypass') && loaded.length > 0 && !loaded.includes(value)) {
      throw new Violation(
        'a miss returns what it loaded',
        `${who} loaded ${loaded.map(versionOf).map((v) => `v${v}`)} and got v${version}`,
      )
    }
    if (outcome === 'miss' && loaded.length === 0) {
      throw new Violation('a miss returns what it loaded', `${who} got v${version} as a miss, but loaded nothing`)
    }
    this.#judgeAge(who, process, versionOf(value), outcome, this.#sources[value % SOURCES]!, beganAt)
  }

  /** Only of what came out of the cache: a load, and the fill behind it, may take as long as it likes. */
  #judgeAge(
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
