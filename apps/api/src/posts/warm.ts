import { Problem } from '../http/problem.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import { allPosts, PostResource, type Resource } from './resources.ts'

/** Concurrent loads: enough to be fast, few enough not to block other users of the database. */
export const AT_ONCE = 8
const DEFAULT_IDS = 1_000

export interface Warmed {
  readonly name: string
  readonly loaded: number
  readonly found: number
  readonly bypassed: number
  readonly skipped: number
  readonly tookMs: number
}

/** Reads the list and the posts of `ids` through the cache. Default: ids 1 to 1,000. */
export function warm(instance: StrategyInstance, ids?: readonly number[]): Promise<Warmed> {
  const wanted = ids ?? Array.from({ length: DEFAULT_IDS }, (_, i) => i + 1)
  return warmResources(instance, [allPosts, ...postResources(wanted)])
}

export function postResources(ids: Iterable<number>): Resource[] {
  return Array.from(new Set(ids), (id) => new PostResource(id))
}

/**
 * Reads them through the cache, 8 at a time. These reads serve no client, so they do not count in `reads`; their loads and fills
 * are counted.
 *
 * @throws the error of a load, or the reason of an aborted `signal`; then no more reads start
 */
export async function warmResources(
  instance: StrategyInstance,
  resources: readonly Resource[],
  signal?: AbortSignal,
): Promise<Warmed> {
  const startedAt = performance.now()
  let loaded = 0
  let found = 0
  let bypassed = 0
  let skipped = 0
  // Without a store there is nothing to warm.
  await forEachAtOnce(instance.storeKind === 'none' ? [] : resources, async (resource) => {
    signal?.throwIfAborted()
    try {
      const { outcome } = await instance.cache.read(resource.key, () => resource.load(instance), resource.options)
      // A stale entry counts as found: it is refreshed in the background, and nothing here waits for that.
      if (outcome === 'hit' || outcome === 'stale') found++
      else if (outcome === 'bypass') bypassed++
      else loaded++
    } catch (error) {
      // Too many posts for one answer: clients must read pages instead.
      if (!(error instanceof Problem)) throw error
      skipped++
    }
  })
  return { name: instance.name, loaded, found, bypassed, skipped, tookMs: Math.round(performance.now() - startedAt) }
}

/** Calls `work` for each item, 8 at a time. @throws the first failure, after which no more start */
export async function forEachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = Array.from(items).values()
  let hasFailed = false
  const next = async () => {
    for (const item of queue) {
      if (hasFailed) return
      try {
        await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, next))
}
