import type { TraceFormat } from './trace-format.ts'

/** One request of a trace. */
export interface TraceRequest {
  /** Since the first request, in milliseconds; never falls. */
  readonly timeMs: number
  readonly op: 'read' | 'write' | 'delete'
  readonly key: string
  /** Of the value, where the trace says so. */
  readonly sizeBytes?: number
}

/** What was read, and what was not and why. */
export interface TraceReport {
  readonly file: string
  readonly format: TraceFormat
  readonly requests: number
  readonly reads: number
  readonly writes: number
  readonly deletes: number
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
}

export interface Trace {
  readonly requests: TraceRequest[]
  readonly report: TraceReport
}
