/** Detects reloaded posts for strategies without an outbox. */
import { loadIds, type PostsDatabase } from 'posts-db'
import type { StrategyInstances } from './strategy-instances.ts'

const EVERY_MS = 1_000

/**
 * Checks every second whether the posts of a strategy without an outbox were reloaded, for example by `load-posts`. If so,
 * invalidates all its entries: a reload replaces every post, and readers should not have to wait for the TTL. Returns a function
 * that stops it.
 */
export async function watchLoads(
  { all }: Pick<StrategyInstances, 'all'>,
  database: PostsDatabase,
  everyMs: number = EVERY_MS,
): Promise<() => void> {
  const watched = all.filter(({ outbox }) => outbox === undefined)
  const schemas = watched.map(({ schema }) => schema)
  if (watched.length === 0) return () => {}
  const seen = await loadIds(database, schemas)

  let isLooking = false
  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      const now = await loadIds(database, schemas)
      await Promise.all(
        watched.map(async (instance, i) => {
          // If the invalidation is not acknowledged, the next check retries it.
          if (now[i] !== seen[i] && (await instance.invalidateAll())) seen[i] = now[i]
        }),
      )
    } catch {
      // The database or the store is unreachable, which is reported elsewhere. The next check retries.
    } finally {
      isLooking = false
    }
  }

  const timer = setInterval(look, everyMs).unref()
  return () => clearInterval(timer)
}
