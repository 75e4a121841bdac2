/**
 * Every figure of the report, with its unit and its better direction. docs/measuring.md defines each, in this order and
 * under these names.
 */

export interface MeasureDescription {
  readonly title: string
  readonly unit:
    | 'ratio'
    | 'ms'
    | '1/s'
    | 'per read'
    | 'per request'
    | 'bytes'
    | 'bytes/request'
    | 'ms/request'
    | 'count'
    | 'factor'
  /** The better direction; undefined if there is none. */
  readonly better: 'lower' | 'higher' | undefined
}

const lower = 'lower' as const
const higher = 'higher' as const

export const measures = {
  hitRatio: { title: 'hit ratio', unit: 'ratio', better: higher },
  freshRatio: { title: '… fresh', unit: 'ratio', better: higher },
  servedStaleRatio: { title: '… served past its time', unit: 'ratio', better: undefined },
  collapsedRatio: { title: "waited for another caller's load", unit: 'ratio', better: undefined },
  waitingPerSecond: { title: 'reads that waited, per second', unit: '1/s', better: lower },
  readP50Ms: { title: 'read p50', unit: 'ms', better: lower },
  readP90Ms: { title: 'read p90', unit: 'ms', better: lower },
  readP99Ms: { title: 'read p99', unit: 'ms', better: lower },
  readP999Ms: { title: 'read p99.9', unit: 'ms', better: lower },
  hitP50Ms: { title: 'hit p50', unit: 'ms', better: lower },
  hitP99Ms: { title: 'hit p99', unit: 'ms', better: lower },
  missP50Ms: { title: 'miss p50', unit: 'ms', better: lower },
  missP99Ms: { title: 'miss p99', unit: 'ms', better: lower },
  writeP50Ms: { title: 'write p50', unit: 'ms', better: lower },
  writeP99Ms: { title: 'write p99', unit: 'ms', better: lower },
  postHitRatio: { title: 'hit ratio of single posts', unit: 'ratio', better: higher },
  postP50Ms: { title: 'post p50', unit: 'ms', better: lower },
  listHitRatio: { title: 'hit ratio of lists', unit: 'ratio', better: higher },
  listP50Ms: { title: 'list p50', unit: 'ms', better: lower },
  reportHitRatio: { title: 'hit ratio of the report', unit: 'ratio', better: higher },
  reportHitP50Ms: { title: 'report, hit p50', unit: 'ms', better: lower },
  reportMissP50Ms: { title: 'report, miss p50', unit: 'ms', better: lower },
  loadsPerRead: { title: 'loads per read', unit: 'per read', better: lower },
  loadsPerSecond: { title: 'loads per second', unit: '1/s', better: lower },
  stampedeFactor: { title: 'stampede factor', unit: 'factor', better: lower },
  staleReadRatio: { title: 'reads older than an acknowledged write', unit: 'ratio', better: lower },
  staleP50Ms: { title: 'stale for, p50', unit: 'ms', better: lower },
  staleP99Ms: { title: 'stale for, p99', unit: 'ms', better: lower },
  staleMaxMs: { title: 'stale for at most', unit: 'ms', better: lower },
  consistentAfter10Ms: { title: 'writes seen by all after 10 ms', unit: 'ratio', better: higher },
  consistentAfter100Ms: { title: 'writes seen by all after 100 ms', unit: 'ratio', better: higher },
  consistentAfter1S: { title: 'writes seen by all after 1 s', unit: 'ratio', better: higher },
  readYourWritesViolations: { title: 'read-your-writes violations', unit: 'count', better: lower },
  monotonicReadViolations: { title: 'monotonic-read violations', unit: 'count', better: lower },
  lostWrites: { title: 'lost writes', unit: 'count', better: lower },
  redisCommandsPerRequest: { title: 'Redis commands per request', unit: 'per request', better: lower },
  redisBytesPerRequest: { title: 'bytes to and from Redis per request', unit: 'bytes/request', better: lower },
  bytesPerEntry: { title: 'memory per entry', unit: 'bytes', better: lower },
  apiCpuMs: { title: 'CPU per request, API', unit: 'ms/request', better: lower },
  redisCpuMs: { title: 'CPU per request, Redis', unit: 'ms/request', better: lower },
  postgresCpuMs: { title: 'CPU per request, Postgres', unit: 'ms/request', better: lower },
} as const satisfies Record<string, MeasureDescription>

export type MeasureName = keyof typeof measures

export const measureNames = Object.keys(measures) as MeasureName[]
