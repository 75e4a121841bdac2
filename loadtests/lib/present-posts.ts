import { ApiError } from './api.ts'
import { recordRead } from './record.ts'
import { readIds, readPost, type Target } from './requests.ts'

/** Fewer than this share of the posts that the load is for, and it would be another load. */
const ENOUGH = 0.9

/**
 * Which of the posts 1 … `posts` are not there, since somebody deleted them. Read page by page, and counted like any
 * other read, so that the counters of k6 and API still agree.
 * @throws ApiError when a page can't be read, or more than a tenth of the posts is missing
 */
export function findMissing(target: Target, posts: number): number[] {
  const present = new Set<number>()
  const limit = Math.min(posts, 1_000)
  for (let after = 0; ; ) {
    const { answer, ids } = readIds(target, after, limit)
    recordRead(target.strategy, 'warmup', 'page', answer, 0)
    if ('failure' in answer) {
      throw new ApiError(`GET /api/posts?limit=${limit}&strategy=${target.strategy} failed (${answer.failure})`)
    }
    for (const id of ids) if (id <= posts) present.add(id)
    const last = ids[ids.length - 1]
    if (last === undefined || last >= posts) break
    after = last
  }
  if (present.size < posts * ENOUGH) {
    throw new ApiError(
      `${target.strategy} has ${present.size} of the posts 1 to ${posts}: put them back with ` +
        `"npx -y pnpm@12 load-posts --reset", or give fewer with -e POSTS=…`,
    )
  }
  return Array.from({ length: posts }, (_, at) => at + 1).filter((id) => !present.has(id))
}

/** @throws ApiError that says how to put the post back, where it was deleted */
export function requirePost(target: Target, id: number): void {
  const answer = readPost(target, id, true)
  if ('failure' in answer)
    throw new ApiError(`GET /api/posts/${id}?strategy=${target.strategy} failed (${answer.failure})`)
  if (answer.isMissing) {
    throw new ApiError(
      `${target.strategy} has no post ${id}: put the posts back with "npx -y pnpm@12 load-posts --reset", or name another with -e POST=…`,
    )
  }
}
