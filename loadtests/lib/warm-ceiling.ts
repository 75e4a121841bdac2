import type { Plan } from '../../packages/workload/src/index.ts'
import { ApiError } from './api.ts'
import type { ReadOp } from './outcomes.ts'
import { presentId } from './present-id.ts'
import { recordRead } from './record.ts'
import { readTogether, type Target } from './requests.ts'

/** The number of posts, and the missing ones. */
export interface Present {
  posts: number
  missing: ReadonlySet<number>
}

/**
 * The distinct reads of a plan through one of `processes` processes. Excludes posts that the plan inserts, since they do not
 * exist yet. Exported for tests.
 */
export function readsOf(
  plan: Pick<Plan, 'operations' | 'operationAt'>,
  { posts, missing }: Present,
  process: number,
  processes: number,
): { ids: number[]; kinds: Exclude<ReadOp, 'read'>[] } {
  const ids = new Set<number>()
  const kinds = new Set<Exclude<ReadOp, 'read'>>()
  for (let n = process; n < plan.operations; n += processes) {
    const operation = plan.operationAt(n)
    if (operation.kind === 'page' || operation.kind === 'report' || operation.kind === 'list') kinds.add(operation.kind)
    if ((operation.kind === 'read' || operation.kind === 'read-modify-write') && operation.id <= posts) {
      ids.add(presentId(operation.id, posts, missing))
    }
  }
  return { ids: [...ids], kinds: [...kinds] }
}

/**
 * Warms the ceiling's memory in each process with all reads that it will get. These reads count like those of the warm-up, so
 * that the counters of k6 and the API still agree.
 * @param targets the processes, in the order in which operations go to them
 * @throws ApiError if a read fails
 */
export function warmCeiling(targets: readonly Target[], plan: Plan, present: Present): void {
  targets.forEach((target, at) => {
    const { ids, kinds } = readsOf(plan, present, at, targets.length)
    for (const { op, answer } of readTogether(target, ids, kinds)) {
      recordRead(target.strategy, 'warmup', op, answer, 0)
      if ('failure' in answer) throw new ApiError(`warming ${target.strategy} failed (${answer.failure})`)
    }
  })
}
