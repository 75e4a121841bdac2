/** One job: ensures that entries have been loaded since the job fell due. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../http/problem.ts'
import type { Resource } from '../posts/resources.ts'
import { forEachAtOnce } from '../posts/warm.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import { refreshWhenDue } from './refresh-when-due.ts'

/** Interval for checking an entry that another process is loading. */
const LOOK_AGAIN_MS = 50
/** Tolerance for entries loaded just before the job fell due: the store's clock is known to a few milliseconds. */
const CLOCKS_DIFFER_MS = 10

export interface KeepWarmOptions {
  /** When the job fell due, in milliseconds since the Unix epoch. */
  readonly dueAt: number
  readonly leaseMs: number
  /** Timeout per entry in milliseconds; after it, the next job is due. */
  readonly giveUpAfterMs: number
  /** Aborted when the process ends: then no more loads start. */
  readonly signal: AbortSignal
  /** Called when a load starts. */
  readonly onLoad?: (key: string) => void
}

/**
 * Loads the entries of `resources` that were not loaded since the job fell due, 8 at a time. Meanwhile, readers get the existing
 * entries. A failed load fails the job.
 *
 * @returns how many were loaded here, found loaded, and skipped as too many posts for one answer
 * @throws the error of a load; Error if the store is unreachable or an entry is not kept within `giveUpAfterMs`
 */
export async function keepWarm(instance: StrategyInstance, resources: readonly Resource[], options: KeepWarmOptions) {
  const { dueAt, leaseMs, giveUpAfterMs, signal, onLoad } = options
  const lateMs = () => Date.now() - dueAt + CLOCKS_DIFFER_MS
  const refreshing = new Map<string, Promise<boolean>>()
  const kept = new Set<string>()
  const cache = instance.cacheReadBy({
    read: (own) => refreshWhenDue(own, { lateMs, leaseMs }),
    on: {
      refresh: ({ key, finished }) => refreshing.set(key, finished),
      fill: ({ key, isKept }) => isKept && kept.add(key),
    },
  })
  if (cache === undefined) throw new Error(`${instance.name} keeps no entries that could be kept warm`)
  const counts = { loaded: 0, found: 0, skipped: 0 }

  async function keepOneWarm(resource: Resource): Promise<keyof typeof counts> {
    const { key } = resource
    const load = () => {
      onLoad?.(key)
      return resource.load(instance)
    }
    const giveUpAt = performance.now() + giveUpAfterMs
    for (;;) {
      signal.throwIfAborted()
      const { outcome, ageMs } = await cache!.read(key, load, resource.options)
      if (outcome === 'bypass') throw new Error(`the store is unreachable, so "${key}" can't be kept`)
      // Waits for the background refresh. Its failure fails this job, and the queue retries it.
      await refreshing.get(key)
      refreshing.delete(key)
      if (kept.has(key)) return 'loaded'
      if (outcome === 'hit' && ageMs <= lateMs()) return 'found'
      // Another process is loading it, or a write intervened: check the entry again.
      if (performance.now() >= giveUpAt) throw new Error(`"${key}" was not kept within ${giveUpAfterMs} ms`)
      await sleep(LOOK_AGAIN_MS, undefined, { signal })
    }
  }

  try {
    await forEachAtOnce(resources, async (resource) => {
      try {
        counts[await keepOneWarm(resource)]++
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        counts.skipped++ // too many posts for one answer: clients must read pages instead
      }
    })
  } finally {
    await cache.close()
  }
  return counts
}
