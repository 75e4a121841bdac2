/** One request of a trace. */
export interface TraceRequest {
  /** Since the first request, in milliseconds; ascending. */
  readonly timeMs: number
  readonly op: 'read' | 'write' | 'delete'
  readonly key: string
  /** Of the value, if known; 0 for an absent value. */
  readonly sizeBytes?: number
}
