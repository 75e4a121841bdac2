import type { RuledOut } from './decide.ts'
import type { Guarantee } from './guarantee.ts'
import type { Requirements } from './requirements.ts'

export interface Recommendation {
  readonly strategy: string
  readonly title: string
  /** `predicted`: at a TTL that was not measured; to be confirmed by a measurement. */
  readonly basis: 'measured' | 'predicted'
  /** The guarantee that the decision used. The snippet has the same. */
  readonly guarantee: Guarantee
  /** The figures behind the recommendation, as text. */
  readonly figures: readonly string[]
  /** Absent if nothing is cached. */
  readonly ttlMs?: number
  /** A TTL predicted to be better, and its effect on staleness. */
  readonly otherTtl?: string
  /** The command that measures the prediction. */
  readonly confirmBy?: string
  /** Code that uses it. Absent if cache-core does not have it. */
  readonly snippet?: string
}

/** A strategy that also meets the requirements, and why it is not recommended. */
export interface Alternative {
  readonly strategy: string
  readonly why: string
}

export interface Advice {
  readonly requirements: Requirements
  /** Undefined if no strategy meets the requirements, as measured or as predicted. */
  readonly pick: Recommendation | undefined
  /** The requirements that can't be met, if there is no pick. */
  readonly cannotBeMet: readonly string[]
  /** Why nothing should be cached. Then the pick is `no-cache`. */
  readonly dontCache: string | undefined
  /** The recommendation if the pick is left out. */
  readonly runnerUp: Alternative | undefined
  /** The others that meet the requirements, simplest first. */
  readonly others: readonly Alternative[]
  readonly ruledOut: readonly RuledOut[]
  /** Limits of this advice. */
  readonly notes: readonly string[]
}
