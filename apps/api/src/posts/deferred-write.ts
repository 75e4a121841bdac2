/** A write of a post for a queue: under write-behind it is acknowledged before the database has it. */
import type { Deferred } from 'cache-core'
import { foreseePost, type PostChange, queuedPost } from 'posts-db'
import { representationOf, type StrategyInstance } from '../strategies/strategy-instance.ts'
import type { Precondition } from './preconditions.ts'
import type { Representation } from './representation.ts'

/**
 * Foresees a write of one post, from the post before it.
 *
 * @param resultOf makes the write's result from the post after it; undefined: it is deleted. The result is undefined if nothing is changed
 */
export function deferredWrite<R>(
  instance: Pick<StrategyInstance, 'loadPost'>,
  id: number,
  change: PostChange,
  precondition: Precondition,
  resultOf: (after: Representation | undefined) => R,
): Deferred<Representation, R | undefined> {
  return {
    load: () => instance.loadPost(id),
    foresee(before) {
      if (before === undefined || !precondition.allows(before)) {
        return { result: undefined, value: before, command: null }
      }
      const { version, text: json } = before
      const after = foreseePost({ id, version, json }, change, Date.now())
      const value = representationOf(after)
      return { result: resultOf(value), value, command: queuedPost(after) }
    },
  }
}
