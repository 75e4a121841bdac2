/** One request of one client, as it saw it from outside. */
export interface Operation {
  /** A sequential client: its operations never overlap. */
  readonly client: string
  /** What was read or written, such as `post:42`. */
  readonly key: string
  readonly op: 'read' | 'write'
  /** What was read, or what the write made. Null when that is not known. Each write of a key raises it by one. */
  readonly version: number | null
  /** Milliseconds of the machine's monotonic clock (`monotonicMs`), one for all its processes. */
  readonly start: number
  readonly end: number
  /**
   * A write without an answer, or with a 5xx, is `unknown`: it may have happened at any time from its start on, after its
   * end too. A write that was refused (4xx) is `failed`, and so is a read without a value.
   */
  readonly outcome: 'ok' | 'failed' | 'unknown'
  /** Of HTTP; 0 when there was no answer. */
  readonly status?: number
  /** `X-Cache`. */
  readonly cache?: string
  /** Which API process was asked. */
  readonly server?: string
}

/** An operation that succeeded. */
export interface Done extends Operation {
  readonly version: number
}

export function isDone(operation: Operation): operation is Done {
  return operation.outcome === 'ok' && operation.version !== null
}

/** The client whose reads, after all others have ended, say what is in the database. */
export const FINAL_CLIENT = 'final'

/** Now, in milliseconds, by the clock that all processes of a machine share (CLOCK_MONOTONIC). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
