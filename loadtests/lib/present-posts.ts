import { ApiError } from './api.ts'
import { recordRead } from './record.ts'
import { readIds, readPost, type Target } from './requests.ts'

/** With fewer of its posts, this would be a different load. */
const ENOUGH = 0.9

/**
 * The ids from 1 to `posts` that were deleted. Reads pages, which are counted like any other read, so that the counters of
 * k6 and the API still agree.
 * @throws ApiError if a page can't be read, or more than 10 % of the posts are missing
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
      `${target.strategy} has only ${present.size} of the posts 1 to ${posts}: restore them with ` +
        `"npx -y pnpm@12 load-posts --reset", or use fewer with -e POSTS=…`,
    )
  }
  return Array.from({ length: posts }, (_, at) => at + 1).filter((id) => !present.has(id))
}

/** @throws ApiError if the post was deleted, with the command to restore it */
export function requirePost(target: Target, id: number): void {
  const answer = readPost(target, id, true)
  if ('failure' in answer)
    throw new ApiError(`GET /api/posts/${id}?strategy=${target.strategy} failed (${answer.failure})`)
  if (answer.isMissing) {
    throw new ApiError(
      `${target.strategy} has no post ${id}: restore the posts with "npx -y pnpm@12 load-posts --reset", or use another with -e POST=…`,
    )
  }
}
