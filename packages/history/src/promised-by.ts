import { z } from 'zod'
import type { Promised } from './verdict.ts'

export interface StrategyPromise {
  readonly strategy: string
  readonly promised: Promised
  /** How a naive form returns old values, by its own account: it guarantees nothing. Absent: its guarantee holds. */
  readonly breaks?: string
  /** What it can be told at run time. */
  readonly tunable: readonly string[]
}

/** What of a guarantee clients can see kept or broken, as `promise` in `GET /api/strategies` tells it. */
export interface ToldGuarantee {
  /** How old a value may be where nothing invalidates it, in milliseconds. */
  readonly staleForAtMostMs: number
  /** No read in any process that begins after a write was acknowledged returns an older value. */
  readonly readAfterWrite: boolean
  /** Of which reads that holds. */
  readonly readAfterWriteOf: 'keys and tags' | 'keys' | 'none'
  /** For the readers of which API processes. */
  readonly where: 'every process' | 'this process'
  /** Readers in other processes see an acknowledged write after this long at the latest, in milliseconds. */
  readonly othersWithinMs?: number
  /** How a naive form returns old values. */
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
 * What each strategy is held to by clients of the API processes at `urls`, as the first of them tells it, with the tuning in
 * force there.
 *
 * @throws what the network does, or zod when the answer is no list of strategies.
 */
export async function promisedBy(urls: readonly string[]): Promise<StrategyPromise[]> {
  const answer = await fetch(new URL('/api/strategies', urls[0]))
  return z
    .array(description)
    .parse(await answer.json())
    .map(({ name, promise, tuning }) => ({
      strategy: name,
      promised: promisedOf(promise, urls.length),
      ...(promise.breaks !== undefined && { breaks: promise.breaks }),
      tunable: Object.keys(tuning),
    }))
}

/**
 * What reads through so many API processes are held to. Where they are guaranteed to be current, the TTL is no bound of its
 * own. A naive form guarantees nothing: it is held to what it would guarantee if it did not break, so that it is caught.
 */
export function promisedOf(guarantee: ToldGuarantee, processes: number): Promised {
  if (guarantee.breaks !== undefined) return { readAfterWrite: true }
  const staleForAtMostMs = staleAfterWriteMs(guarantee, processes)
  return staleForAtMostMs === 0 ? { readAfterWrite: true } : { readAfterWrite: false, staleForAtMostMs }
}

/**
 * For how long after a write was acknowledged a read through any of so many API processes may return an older value, in
 * milliseconds. 0: never. Where only reads of keys are guaranteed to be current, those of tags are not, so they count.
 */
export function staleAfterWriteMs(guarantee: ToldGuarantee, processes: number): number {
  const { readAfterWrite, readAfterWriteOf, staleForAtMostMs, othersWithinMs = Number.POSITIVE_INFINITY } = guarantee
  if (readAfterWrite) return 0
  if (readAfterWriteOf !== 'keys and tags') return staleForAtMostMs
  return processes === 1 ? 0 : Math.min(staleForAtMostMs, othersWithinMs)
}
