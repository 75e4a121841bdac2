import type { TraceFormat } from './trace-format.ts'
import type { TraceRequest } from './trace-request.ts'

/** What was read, and what was not and why. */
export interface TraceReport {
  readonly file: string
  readonly format: TraceFormat
  readonly requests: number
  readonly reads: number
  readonly writes: number
  readonly deletes: number
  /** Reads whose answer was that there is no such value (404, 410); among `reads`. */
  readonly absent: number
  /** How many different ones. */
  readonly keys: number
  /** From the first request to the last. */
  readonly durationMs: number
  /** Whether the file has times; without any they come from `ratePerSecond`. */
  readonly hasTimes: boolean
  /** Requests that stood behind a later one, and were sorted into their place. */
  readonly outOfOrder: number
  /** Lines (in binary formats: keys) that are no request. Comments, headers and empty lines are not counted. */
  readonly skipped: {
    readonly total: number
    /** The most frequent first. */
    readonly byReason: Readonly<Record<string, number>>
    /** The first three: `line 17: status 404: 192.0.2.7 - - [10/Oct/2000…`. */
    readonly examples: readonly string[]
  }
  readonly leftOut: LeftOut
}

/** Requests that `include` and `exclude` left out. They are in none of the other counts. */
export interface LeftOut {
  readonly total: number
  /** For each pattern of `exclude`, the requests that it was the first to match. */
  readonly byExclude: Readonly<Record<string, number>>
  /** Matched by no pattern of `include`. */
  readonly byNoInclude: number
  /** For each pattern of `include`, the kept requests that it was the first to match. */
  readonly keptByInclude: Readonly<Record<string, number>>
}

export interface Trace {
  readonly requests: TraceRequest[]
  readonly report: TraceReport
}
