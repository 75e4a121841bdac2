/** The queues of write-behind: what stores them in the database, and how far behind it is. */
import type { WriteLog } from 'cache-core'
import { within } from '../process/within.ts'
import type { StrategyInstances } from './strategy-instances.ts'

/** A part of the time that a process has for its shutdown. What is left is stored by other processes, or at the next start. */
const DRAIN_WITHIN_MS = 2_000
/** Without it, each caller would wait for a hanging Redis. */
const LAG_WITHIN_MS = 500

export interface QueueState {
  /** Acknowledged writes that the database does not have yet. */
  readonly depth: number
  /** Their size, about. */
  readonly bytes: number
  /** Age of the oldest of them. */
  readonly lagSeconds: number
  /** Acknowledged writes that the database refused. */
  readonly deadLetters: number
}

export function startFlushers({ withQueue }: StrategyInstances): void {
  for (const { queue } of withQueue) queue.flusher.start()
}

/** Stores what is queued, for at most 2 s. */
export async function closeFlushers({ withQueue }: Pick<StrategyInstances, 'withQueue'>): Promise<void> {
  await Promise.all(withQueue.map(({ queue }) => queue.flusher.close(DRAIN_WITHIN_MS)))
}

/** @throws when Redis does not answer within 500 ms */
export async function queueOf(log: WriteLog): Promise<QueueState> {
  const failure = `Redis did not answer the query of the queue's lag within ${LAG_WITHIN_MS} ms`
  const { queued, bytes, oldestMs, dead } = await within(log.lag(), LAG_WITHIN_MS, failure)
  return { depth: queued, bytes, lagSeconds: oldestMs / 1_000, deadLetters: dead }
}

/** All queues together. @throws when Redis does not answer within 500 ms */
export async function queueLag({ withQueue }: StrategyInstances): Promise<QueueState> {
  const all = await Promise.all(withQueue.map(({ queue }) => queueOf(queue.log)))
  const sum = (of: 'depth' | 'bytes' | 'deadLetters') => all.reduce((total, state) => total + state[of], 0)
  return {
    depth: sum('depth'),
    bytes: sum('bytes'),
    lagSeconds: Math.max(0, ...all.map(({ lagSeconds }) => lagSeconds)),
    deadLetters: sum('deadLetters'),
  }
}
