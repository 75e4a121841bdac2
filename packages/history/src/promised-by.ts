import { z } from 'zod'
import type { Promised } from './verdict.ts'

export interface StrategyPromise {
  readonly strategy: string
  readonly promised: Promised
  /** How it breaks its promise, by its own account. Absent: it keeps it. */
  readonly breaks?: string
  /** What it can be told at run time. */
  readonly tunable: readonly string[]
}

const description = z.object({
  name: z.string(),
  promise: z.object({
    staleForAtMostMs: z.number(),
    readAfterWrite: z.boolean(),
    breaks: z.string().exactOptional(),
  }),
  tuning: z.record(z.string(), z.unknown()),
})

/**
 * What each strategy says it promises, asked of the API at `url`, with the tuning in force there.
 *
 * @throws what the network does, or zod when the answer is no list of strategies.
 */
export async function promisedBy(url: string): Promise<StrategyPromise[]> {
  const answer = await fetch(new URL('/api/strategies', url))
  return z
    .array(description)
    .parse(await answer.json())
    .map(({ name, promise: { staleForAtMostMs, readAfterWrite, breaks }, tuning }) => ({
      strategy: name,
      promised: promisedOf({ readAfterWrite, staleForAtMostMs }),
      ...(breaks !== undefined && { breaks }),
      tunable: Object.keys(tuning),
    }))
}

/** What is judged of a promise as the API tells it: for who promises current reads, the TTL is no bound of its own. */
export function promisedOf({ readAfterWrite, staleForAtMostMs }: Required<Promised>): Promised {
  return readAfterWrite ? { readAfterWrite } : { readAfterWrite, staleForAtMostMs }
}
