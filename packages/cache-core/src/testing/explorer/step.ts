import type { ProcessTime } from './virtual-time.ts'

/** One thing that can happen next. */
export interface Step {
  /** Unique in a schedule, and the same whatever else happens: by it a schedule is written down. */
  readonly name: string
  /** Whose step it is. */
  readonly by: string
  isEnabled(): boolean
  take(): void | Promise<void>
}

/** One process: its time, and whether it can be heard. */
export interface Process extends ProcessTime {
  readonly name: string
}

/** Somebody whose calls are steps of the schedule. */
export interface Agent {
  readonly name: string
  readonly process: Process
  calls: number
  /** Its calls are no steps: each takes effect, and is answered, at once. */
  readonly isUndisturbed?: boolean
}
