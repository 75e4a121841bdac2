import { ApiError } from './api.ts'
import { recordWrite } from './record.ts'
import { createPost, deletePost, type Target } from './requests.ts'

/**
 * Finds the last assigned id by creating a post and deleting it immediately: the next insert gets the id after it.
 * @throws ApiError
 */
export function findLastId(target: Target): number {
  const created = createPost(target, 'Which id comes next?')
  recordWrite(target.strategy, 'warmup', created, 0)
  if ('failure' in created)
    throw new ApiError(`POST /api/posts?strategy=${target.strategy} failed (${created.failure})`)
  remove(target, created.id)
  return created.id
}

/** Deletes the posts that the load inserted. */
export function deleteInserted(target: Target, lastId: number, inserts: number): void {
  for (let id = lastId + 1; id <= lastId + inserts; id++) remove(target, id)
}

function remove(target: Target, id: number): void {
  const answer = deletePost(target, id)
  if (answer !== undefined) recordWrite(target.strategy, 'warmup', answer, 0)
}
