import { z } from 'zod'
import type { Guaranteed } from './verdict.ts'

export interface StrategyGuarantee {
  readonly strategy: string
  readonly promised: Guaranteed
  /** How a naive strategy returns stale values, by its own description. Absent: its guarantee holds. */
  readonly breaks?: string
  /** The options that can be changed at run time. */
  readonly tunable: readonly string[]
}

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

const description = z.object({
  name: z.string(),
  promise: z.object({
    staleForAtMostMs: z.number(),
    readAfterWrite: z.boolean(),
    readAfterWriteOf: z.enum(['keys and tags', 'keys', 'none']),
    where: z.enum(['every process', 'this process']),
    othersWithinMs: z.number().exactOptional(),
    breaks: z.string().exactOptional(),
  }),
  tuning: z.record(z.string(), z.unknown()),
})

/**
 * The guarantee of each strategy for clients of the API processes at `urls`, as the first of them reports it with its current
 * tuning.
 *
 * @throws errors of the network, or of zod if the answer is not a list of strategies.
 */
export async function guaranteedBy(urls: readonly string[]): Promise<StrategyGuarantee[]> {
  const answer = await fetch(new URL('/api/strategies', urls[0]))
  return z
    .array(description)
    .parse(await answer.json())
    .map(({ name, promise, tuning }) => ({
      strategy: name,
      promised: guaranteedReads(promise, urls.length),
      ...(promise.breaks !== undefined && { breaks: promise.breaks }),
      tunable: Object.keys(tuning),
    }))
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
