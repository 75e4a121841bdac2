import type { ProcessTime } from './virtual-time.ts'

/** Data that a step reads or writes. The order of two steps matters only if they share data that one of them writes. */
export interface Touched {
  readonly what: string
  readonly isWritten: boolean
}

/** Names of shared data. The data of a process, a key or a tag goes by the name of the process, the key or the tag. */
export const DATABASE = 'the database'
export const ACKNOWLEDGED = 'what was acknowledged'
export const TROUBLE = 'whether a command has failed'
export const sentBy = ({ name }: { readonly name: string }) => `what ${name} has sent`

/** Conflicts with every step. */
export const EVERYTHING_WRITTEN: readonly Touched[] = [{ what: '*', isWritten: true }]

export const read = (...names: readonly string[]): Touched[] => names.map((what) => ({ what, isWritten: false }))
export const written = (...names: readonly string[]): Touched[] => names.map((what) => ({ what, isWritten: true }))

/** A possible next step. */
export interface Step {
  /** Unique in a schedule, and independent of other steps. A schedule is a list of these names. */
  readonly name: string
  /** The actor. */
  readonly by: string
  readonly touches: readonly Touched[]
  /** What the step touched when it was last taken, if that differed from `touches`. */
  readonly hasTouched?: readonly Touched[] | undefined
  /** Taken by the adversary, not by an actor. */
  readonly isMove?: boolean
  isEnabled(): boolean
  take(): void | Promise<void>
}

/** One process: its time and state. */
export interface Process extends ProcessTime {
  readonly name: string
}

/** An actor whose calls are steps of the schedule. */
export interface Agent {
  readonly name: string
  readonly process: Process
  calls: number
  /** The agent's calls are not steps: each takes effect and is answered immediately. */
  readonly isUndisturbed?: boolean
}
