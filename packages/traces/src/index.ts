export type { TraceRequest } from './trace.ts'
