import type { TraceFormat } from './trace-format.ts'
import type { TraceRequest } from './trace-request.ts'

/** The counts of a trace, including skipped lines and dropped requests. */
export interface TraceReport {
  readonly file: string
  readonly format: TraceFormat
  readonly requests: number
  readonly reads: number
  readonly writes: number
  readonly deletes: number
  /** Reads of absent values (404, 410); included in `reads`. */
  readonly absent: number
  /** Number of distinct keys. */
  readonly keys: number
  /** From the first request to the last. */
  readonly durationMs: number
  /** Whether the file has times; otherwise they are generated from `ratePerSecond`. */
  readonly hasTimes: boolean
  /** Requests that came after a later one and were sorted by time. */
  readonly outOfOrder: number
  /** Ignored runs of NUL bytes, as logrotate's `copytruncate` leaves them. Never in binary formats. */
  readonly holes: { readonly count: number; readonly bytes: number }
  /** Lines (in binary formats: keys) that are not requests, without comments, headers and empty lines. */
  readonly skipped: {
    readonly total: number
    /** Most frequent first. */
    readonly byReason: Readonly<Record<string, number>>
    /** The first three: `line 17: status 404: 192.0.2.7 - - [10/Oct/2000…`. */
    readonly examples: readonly string[]
  }
  readonly leftOut: LeftOut
}

/** Requests dropped by `include` and `exclude`. They are not in the other counts. */
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
