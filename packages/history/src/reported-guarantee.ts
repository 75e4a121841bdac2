/** What the guarantee of a strategy means for readers. No Node built-ins: pages in a browser import it. */
import type { Guaranteed } from './verdict.ts'

/** The part of a guarantee that clients can check, as in `promise` of `GET /api/strategies`. */
export interface ReportedGuarantee {
  /** The maximum age of a value that is not invalidated, in milliseconds. */
  readonly staleForAtMostMs: number
  /** No read in any process that begins after a write was acknowledged returns an older value. */
  readonly readAfterWrite: boolean
  /** The reads for which that holds. */
  readonly readAfterWriteOf: 'keys and tags' | 'keys' | 'none'
  /** The API processes in which readers have it. */
  readonly where: 'every process' | 'this process'
  /** Readers in other processes see an acknowledged write after this long at the latest, in milliseconds. */
  readonly othersWithinMs?: number
  /** How a naive strategy returns stale values. */
  readonly breaks?: string
}

/**
 * The guarantee of reads through `processes` API processes. With read-after-write the TTL is not a separate bound. A naive
 * strategy guarantees nothing, but is checked for read-after-write, to prove that the check finds violations.
 */
export function guaranteedReads(guarantee: ReportedGuarantee, processes: number): Guaranteed {
  if (guarantee.breaks !== undefined) return { readAfterWrite: true }
  const staleForAtMostMs = staleAfterWriteMs(guarantee, processes)
  return staleForAtMostMs === 0 ? { readAfterWrite: true } : { readAfterWrite: false, staleForAtMostMs }
}

/**
 * How long after a write was acknowledged a read through any of `processes` API processes may return an older value, in
 * milliseconds. 0: never. If only reads of keys have read-after-write, the bound of reads by tag applies.
 */
export function staleAfterWriteMs(guarantee: ReportedGuarantee, processes: number): number {
  const { readAfterWrite, readAfterWriteOf, staleForAtMostMs, othersWithinMs = Number.POSITIVE_INFINITY } = guarantee
  if (readAfterWrite) return 0
  if (readAfterWriteOf !== 'keys and tags') return staleForAtMostMs
  return processes === 1 ? 0 : Math.min(staleForAtMostMs, othersWithinMs)
}
