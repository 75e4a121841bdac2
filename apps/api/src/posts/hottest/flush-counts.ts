import { setTimeout as sleep } from 'node:timers/promises'
import type { StrategyInstances } from '../../strategies/strategy-instances.ts'

const EVERY_MS = 5_000
/** Part of the time that a process has for its shutdown. */
const LAST_WITHIN_MS = 250

/** Flushes this process's counts every 5 s. The returned function stops that after a last flush. */
export function flushCounts({ all }: Pick<StrategyInstances, 'all'>): () => Promise<void> {
  const flush = () => Promise.all(all.map(({ hottest }) => hottest?.flush()))
  const timer = setInterval(flush, EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await Promise.race([flush(), sleep(LAST_WITHIN_MS, undefined, { ref: false })])
  }
}
