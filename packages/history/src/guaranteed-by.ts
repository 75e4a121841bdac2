import { z } from 'zod'
import { guaranteedReads } from './reported-guarantee.ts'
import type { Guaranteed } from './verdict.ts'

export interface StrategyGuarantee {
  readonly strategy: string
  readonly promised: Guaranteed
  /** How a naive strategy returns stale values, by its own description. Absent: its guarantee holds. */
  readonly breaks?: string
  /** The options that can be changed at run time. */
  readonly tunable: readonly string[]
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
