/** One request of one client, as the client saw it. */
export interface Operation {
  /** A sequential client: its operations never overlap. */
  readonly client: string
  /** Such as `post:42`. */
  readonly key: string
  readonly op: 'read' | 'write'
  /** The version read, or made by the write. Null: not known. Each write of a key raises it by one. */
  readonly version: number | null
  /** Milliseconds of the machine's monotonic clock (`monotonicMs`), shared by all its processes. */
  readonly start: number
  readonly end: number
  /**
   * A write without an answer, or with a 5xx, is `unknown`: it may take effect at any time after its start, even after its end.
   * A refused write (4xx) and a read without a value are `failed`.
   */
  readonly outcome: 'ok' | 'failed' | 'unknown'
  /** HTTP status; 0: no answer. */
  readonly status?: number
  /** `X-Cache`. */
  readonly cache?: string
  /** The API process. */
  readonly server?: string
}

/** An operation that succeeded. */
export interface Done extends Operation {
  readonly version: number
}

export function isDone(operation: Operation): operation is Done {
  return operation.outcome === 'ok' && operation.version !== null
}

/** The client whose reads, after all others have ended, show the content of the database. */
export const FINAL_CLIENT = 'final'

/** Now, in milliseconds, by CLOCK_MONOTONIC, which all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
