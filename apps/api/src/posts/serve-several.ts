import type { Outcome, ReadResult } from 'cache-core'
import { POST_KEY_PREFIX, postKey } from 'posts-db/keys'
import type { ApiContext } from '../http/api-types.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { Answered } from './answer.ts'
import { Representation } from './representation.ts'
import { PostResource } from './resources.ts'
import { respond } from './respond.ts'
import type { Serving } from './serve-posts.ts'

/**
 * Answers one GET of several posts: those that exist, in the order of `ids`. Each has its own entry, the one of `GET /api/posts/:id`,
 * so that a write of one post leaves the others cached. All that miss are loaded by one query.
 */
export async function serveSeveral(
  context: ApiContext,
  instance: StrategyInstance,
  ids: ReadonlySet<number>,
  { log }: Serving,
  arrivedAt: number,
): Promise<Response> {
  const resources = Array.from(ids, (id) => new PostResource(id))
  let results: ReadonlyMap<string, ReadResult<Representation>>
  try {
    const keys = resources.map(({ key }) => key)
    results = await instance.cache.readMany(keys, (missing) => loadByKey(instance, missing))
  } catch (error) {
    instance.countFailure(error)
    throw error
  }
  const readAt = performance.now()
  const ms = readAt - arrivedAt
  let staleMs = 0
  for (const resource of resources) {
    const result = results.get(resource.key)!
    instance.counters.read(result.outcome, ms)
    if (result.value !== undefined) instance.hottest?.add(resource.postId)
    const postStaleMs = resource.staleMs(instance, result, arrivedAt)
    if (postStaleMs > 0) instance.counters.staleRead(postStaleMs)
    staleMs = Math.max(staleMs, postStaleMs)
  }
  const result = together([...results.values()])
  if (log.isOn) log.read(instance.name, `posts?ids=${[...ids]}`, result.outcome, ms)
  return respond(context, instance, { resource: SEVERAL, result, staleMs, arrivedAt, readAt })
}

const SEVERAL = { postId: undefined, next: () => undefined }

async function loadByKey(instance: StrategyInstance, keys: readonly string[]): Promise<Map<string, Representation>> {
  const posts = await instance.loadPosts(keys.map((key) => Number(key.slice(POST_KEY_PREFIX.length))))
  return new Map(Array.from(posts, ([id, post]) => [postKey(id), post]))
}

/** From the strongest, where the cache answered without the origin. */
const FROM_STRONGEST: readonly Outcome[] = ['hit', 'stale', 'collapsed', 'miss', 'bypass']

/** One answer is as weak as the weakest of its parts: by outcome, by age, and by the time for which it stays fresh. */
function together(parts: readonly ReadResult<Representation>[]): Answered {
  let weakest = 0
  let ageMs = 0
  let ttlMs = Number.POSITIVE_INFINITY
  let loadMs = 0
  const posts: Representation[] = []
  for (const part of parts) {
    const weakness = FROM_STRONGEST.indexOf(part.outcome)
    weakest = Math.max(weakest, weakness)
    ageMs = Math.max(ageMs, part.ageMs)
    ttlMs = Math.min(ttlMs, part.ttlMs)
    // That of a hit was an earlier load.
    if (weakness >= FROM_STRONGEST.indexOf('collapsed')) loadMs = Math.max(loadMs, part.loadMs)
    if (part.value !== undefined) posts.push(part.value)
  }
  return { outcome: FROM_STRONGEST[weakest]!, value: Representation.arrayOf(posts), ageMs, ttlMs, loadMs }
}
