import type { LoadShape } from './load-request.ts'

/** What the load's process is to do. */
export interface LoadPlan extends LoadShape {
  /** The API's address. */
  readonly base: string
  readonly strategies: readonly string[]
  /** How many HTTP agents, each with its own connections. */
  readonly agents: number
}

/** Requests so far. */
export interface LoadProgress {
  readonly sent: number
  /** Answered with 500 or above, or not answered. */
  readonly failed: number
  /** Not sent, since too many were unanswered. */
  readonly skipped: number
}

export interface Run extends LoadShape, LoadProgress {
  readonly strategies: readonly string[]
  readonly startedAt: string
  readonly endsAt: string
  readonly hottestId: number
}

interface Ended extends Run {
  readonly endedAt: string
  readonly why: 'done' | 'stopped' | 'failed'
}

/** The load that runs, and the last one that has ended. */
export interface LoadRuns {
  readonly running: Run | null
  readonly last: Ended | null
}

/** Starts and stops the load's process, here or in the primary process. */
export interface LoadControl {
  /** Whether it was started: not while another one runs. */
  start(plan: LoadPlan): boolean | Promise<boolean>
  /** Resolves once no load runs. */
  stop(): Promise<void>
}

/** Something that was done, which the charts show. */
export interface Mark {
  readonly at: string
  readonly what: string
  readonly label: string
  readonly strategies: readonly string[]
}
