/** How a read was answered. The words are defined in the glossary. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'collapsed' | 'bypass'

/** The answer to one read. */
export class ReadResult<T> {
  readonly outcome: Outcome
  /** `undefined`: the origin has no such value. */
  readonly value: T | undefined
  /** Time since the load of the value began, in milliseconds. */
  readonly ageMs: number
  /** How much longer the value is fresh, in milliseconds: negative when served stale, 0 when it was not kept. */
  readonly ttlMs: number
  /** How long its load took, in milliseconds. */
  readonly loadMs: number
  /**
   * The moment, in this process's order of events, at which the store or the origin was asked for this answer. Only a reader
   * that began earlier may share it.
   *
   * @internal
   */
  readonly asOf: number

  constructor(outcome: Outcome, value: T | undefined, ageMs: number, ttlMs: number, loadMs: number, asOf: number) {
    this.outcome = outcome
    this.value = value
    this.ageMs = ageMs
    this.ttlMs = ttlMs
    this.loadMs = loadMs
    this.asOf = asOf
  }

  /** The same answer with another outcome. */
  as(outcome: Outcome): ReadResult<T> {
    return new ReadResult(outcome, this.value, this.ageMs, this.ttlMs, this.loadMs, this.asOf)
  }
}
