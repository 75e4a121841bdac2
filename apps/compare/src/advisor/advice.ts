import type { RuledOut } from './decide.ts'
import type { Guarantee } from './guarantee.ts'
import type { Requirements } from './requirements.ts'

export interface Recommendation {
  readonly strategy: string
  readonly title: string
  /** `predicted`: at another TTL than the one that was measured, to be confirmed by measuring it. */
  readonly basis: 'measured' | 'predicted'
  /** What it was judged by. The snippet guarantees the same. */
  readonly guarantee: Guarantee
  /** The figures it is recommended for, as text. */
  readonly figures: readonly string[]
  /** Absent where nothing is kept. */
  readonly ttlMs?: number
  /** Another TTL that is predicted to be better, with what it means for staleness. */
  readonly otherTtl?: string
  /** How to measure what is only predicted. */
  readonly confirmBy?: string
  /** Imports it from cache-core. Absent where there is nothing to import from there. */
  readonly snippet?: string
}

/** Meets the requirements too, and why it is not recommended, with the figures. */
export interface Loser {
  readonly strategy: string
  readonly why: string
}

export interface Advice {
  readonly requirements: Requirements
  /** Undefined: nothing meets the requirements, as measured or as predicted. */
  readonly pick: Recommendation | undefined
  /** Why there is no pick: which requirements can't be met. */
  readonly cannotBeMet: readonly string[]
  /** Why nothing should be cached. Then the pick is `no-cache`. */
  readonly dontCache: string | undefined
  /** What would be recommended if there were no pick. */
  readonly runnerUp: Loser | undefined
  /** The others that meet the requirements, simplest first. */
  readonly others: readonly Loser[]
  readonly ruledOut: readonly RuledOut[]
  /** What else a reader has to know to trust this. */
  readonly notes: readonly string[]
}
