/** The length of a recording, and the TTLs that it is too short for. */
import { describeDuration, type TraceReport } from 'workload/traces'
import { formatTime } from './labels.ts'

export interface Recording {
  readonly durationMs: number
  /** For example `9 min`. */
  readonly duration: string
  /** If false, the times are made up from a request rate. */
  readonly hasTimes: boolean
}

export function recordingOf({ durationMs, hasTimes }: TraceReport): Recording {
  return { durationMs, duration: describeDuration(durationMs), hasTimes }
}

/** A line if a TTL is so long that no entry expires. */
export function describeLongTtls(ttlsMs: readonly number[], recording: Recording): string[] {
  const long = ttlsMs.filter((ttlMs) => ttlMs > recording.durationMs).map(formatTime)
  if (long.length === 0) return []
  const one = long.length === 1
  // The rounded duration may look as long as the TTL.
  const duration = long.includes(recording.duration) ? `${recording.durationMs / 1_000} s` : recording.duration
  const length = recording.hasTimes ? `the recording, ${duration}` : `the replay, ${duration} (the file has no times)`
  return [
    `${one ? 'A TTL' : 'TTLs'} of ${long.join(', ')} ${one ? 'is' : 'are'} longer than ${length}: no entry expires in it, so the hit ratio is that of a ` +
      'cache without expiry, an upper bound.',
  ]
}
