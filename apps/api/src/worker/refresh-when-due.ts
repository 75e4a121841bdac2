/**
 * Refresh when due: refreshes an entry in the background if it was loaded before its job fell due, and otherwise leaves it.
 *
 * Guarantees: the same as the strategy of these entries. One load per due time over all workers: if a worker is killed after the
 * fill and the job runs again, it finds a current entry.
 * Costs: the API's readers never wait for it. Due times use this machine's clock, like those of the queue.
 */
import { type CachingStrategy, oneLoader } from 'cache-core'

export interface Due {
  /** Milliseconds since the job fell due. */
  lateMs(): number
  /** How long a worker killed during a load blocks others from loading, in milliseconds. */
  readonly leaseMs: number
}

/** @param own the read strategy that the API uses: it sets the lifetime and the limits */
export function refreshWhenDue(own: CachingStrategy, { lateMs, leaseMs }: Due): CachingStrategy {
  return {
    name: 'refresh-when-due',
    guarantee: own.guarantee,
    lifetime: { ...own.lifetime, leaseMs },
    evaluate({ loadedAt, freshUntil }, { now }) {
      if (now >= freshUntil) return 'miss'
      return loadedAt < now - lateMs() ? 'refresh' : 'serve'
    },
    onMiss: oneLoader({}),
  }
}
