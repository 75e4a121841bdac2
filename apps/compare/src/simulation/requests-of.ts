import { postKey } from 'posts-db/keys'
import { type PlanOptions, planOf, type Workload } from 'workload'
import type { TraceRequest } from 'workload/traces'

/**
 * A workload's operations by id, as requests. Lists and pages are left out: every write invalidates their tags, which a
 * trace can't express. A read-modify-write is a read and a write at the same time.
 */
export function* requestsOf(workload: Workload, options: PlanOptions): Generator<TraceRequest> {
  const plan = planOf(workload, options)
  for (let n = 0; n < plan.operations; n++) {
    const operation = plan.operationAt(n)
    if (!('id' in operation)) continue
    const { kind, id } = operation
    const at = { timeMs: plan.timeAtMs(n), key: postKey(id) }
    if (kind === 'read' || kind === 'read-modify-write') yield { ...at, op: 'read' }
    if (kind === 'write' || kind === 'read-modify-write') yield { ...at, op: 'write' }
    // An insert does not fill the cache, but it invalidates an absent entry.
    if (kind === 'insert') yield { ...at, op: 'delete' }
  }
}
