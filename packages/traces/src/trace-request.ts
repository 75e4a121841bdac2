/** One request of a trace. */
export interface TraceRequest {
  /** Since the first request, in milliseconds; never falls. */
  readonly timeMs: number
  readonly op: 'read' | 'write' | 'delete'
  readonly key: string
  /** Of the value, where the trace says so. 0 for a value that was absent. */
  readonly sizeBytes?: number
}
