/** Notices that posts were reloaded, where there is no outbox. */
import { loadIds, type PostsDatabase } from 'posts-db'
import type { Runtimes } from './runtimes.ts'

const EVERY_MS = 1_000

/**
 * Looks every second whether the posts of a strategy without an outbox were reloaded, by `load-posts` for one, and then invalidates all
 * that strategy has cached: a load replaces every post, which is more than a TTL should have to make good. Ends with the process, or by
 * the function it returns.
 */
export async function watchLoads(
  { all }: Pick<Runtimes, 'all'>,
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
        watched.map(async (runtime, i) => {
          // Not acknowledged: tried again the next time.
          if (now[i] !== seen[i] && (await runtime.invalidateAll())) seen[i] = now[i]
        }),
      )
    } catch {
      // The database or the store is away, which others report. The next look makes up for it.
    } finally {
      isLooking = false
    }
  }

  const timer = setInterval(look, everyMs).unref()
  return () => clearInterval(timer)
}
